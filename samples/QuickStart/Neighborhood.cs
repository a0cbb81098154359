namespace QuickStart;

/// <summary>A row and what <c>NearestNeighbors</c> adds to it, the nearest first.</summary>
internal sealed class Neighborhood
{
    public string Label { get; set; } = "";

    /// <summary>The numbers of the neighbours among the rows searched.</summary>
    public long[] NeighborRow { get; set; } = [];

    public float[] NeighborDistance { get; set; } = [];

    public string[] NeighborLabel { get; set; } = [];

    public bool IsRight(int neighbor) => NeighborLabel[neighbor] == Label;
}
