namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The queries of a batch and the neighbours found: the scratch memory of one cursor.</summary>
internal sealed class NeighborResults(int capacity, int dimension, int numberOfNeighbors)
{
    /// <summary>The most neighbours that a query may have.</summary>
    public int NumberOfNeighbors => numberOfNeighbors;

    internal int[] Counts { get; } = new int[capacity];

    internal float[] Queries { get; } = new float[capacity * dimension];

    internal float[] AllDistances { get; } = new float[capacity * numberOfNeighbors];

    internal int[] AllRows { get; } = new int[capacity * numberOfNeighbors];

    /// <summary>Where a slot's query is to be written before it is searched for.</summary>
    public Span<float> Query(int slot) => Queries.AsSpan(slot * dimension, dimension);

    /// <summary>The reference rows found, the nearest first.</summary>
    public ReadOnlySpan<int> Rows(int slot) => AllRows.AsSpan(slot * numberOfNeighbors, Counts[slot]);

    /// <summary>The distances of the rows found.</summary>
    public ReadOnlySpan<float> Distances(int slot) => AllDistances.AsSpan(slot * numberOfNeighbors, Counts[slot]);
}
