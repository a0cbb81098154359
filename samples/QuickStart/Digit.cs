using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.Data;

namespace QuickStart;

/// <summary>A handwritten digit of 8×8 pixels.</summary>
internal sealed class Digit
{
    public const int Side = 8;

    /// <summary>The value of a pixel that is all ink.</summary>
    public const float Ink = 16;

    /// <summary>Its place in the file.</summary>
    public int Id { get; set; }

    /// <summary>Which digit it is, "0" to "9".</summary>
    public string Label { get; set; } = "";

    /// <summary>The pixels row by row, 0 (paper) to 16 (ink).</summary>
    [VectorType(Side * Side)]
    public float[] Pixels { get; set; } = [];

    /// <summary>Reads a compressed file of 64 counts and the digit on each line.</summary>
    public static Digit[] Load(string path)
    {
        using var lines = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var digits = new List<Digit>();
        while (lines.ReadLine() is { } line)
        {
            var values = line.Split(',');
            digits.Add(new Digit
            {
                Id = digits.Count,
                Label = values[^1],
                Pixels = [.. values[..^1].Select(value => float.Parse(value, CultureInfo.InvariantCulture))],
            });
        }
        return [.. digits];
    }
}
