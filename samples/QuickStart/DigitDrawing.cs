using System.Text;

namespace QuickStart;

/// <summary>Pictures of digits.</summary>
internal static class DigitDrawing
{
    // A pixel drawn in text is ink or paper.
    private const float Dark = 6;

    /// <summary>Four lines of eight characters, each of them two pixels.</summary>
    public static string InText(Digit digit)
    {
        var text = new StringBuilder();
        for (var y = 0; y < Digit.Side; y += 2)
        {
            for (var x = 0; x < Digit.Side; x++)
            {
                var upper = digit.Pixels[y * Digit.Side + x] >= Dark;
                var lower = digit.Pixels[(y + 1) * Digit.Side + x] >= Dark;
                text.Append((upper, lower) switch { (true, true) => '█', (true, false) => '▀', (false, true) => '▄', _ => ' ' });
            }
            text.Append('\n');
        }
        return text.ToString(0, text.Length - 1);
    }

    /// <summary>A square for each pixel that is not paper, in a picture of <see cref="Digit.Side"/> by <see cref="Digit.Side"/>.</summary>
    public static Svg InSvg(Digit digit)
    {
        var svg = new Svg(Digit.Side, Digit.Side, $"A handwritten {digit.Label}", "digit");
        for (var i = 0; i < digit.Pixels.Length; i++)
        {
            if (digit.Pixels[i] > 0)
                svg.Add("rect", ("x", i % Digit.Side), ("y", i / Digit.Side), ("width", 1.02), ("height", 1.02), ("opacity", digit.Pixels[i] / Digit.Ink));
        }
        return svg;
    }
}
