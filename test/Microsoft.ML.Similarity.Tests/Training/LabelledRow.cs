namespace Microsoft.ML.Similarity.Tests.Training;

/// <summary>A row for the tests of trainers.</summary>
internal sealed class LabelledRow
{
    public string Label { get; set; } = "";

    public float Weight { get; set; } = 1;

    public float[] Features { get; set; } = [];
}
