namespace Microsoft.ML.Similarity.Tests.Trainers.Pairs;

internal sealed class ItemRow
{
    public string Id { get; set; } = "";

    public float[] Features { get; set; } = [];
}
