using Microsoft.ML.Data;

namespace QuickStart;

/// <summary>A digit's place on the map.</summary>
internal sealed class Point
{
    public string Label { get; set; } = "";

    [VectorType(2)]
    public float[] Position { get; set; } = [];
}
