using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>The rows that engines search: one node for each distinct vector, and the rows that have it.</summary>
/// <remarks>
/// Rows are numbered in the order of their ids, so that the smaller number wins a tie. Vectors are as <see cref="RowScaling"/> makes them.
/// Under cosine, rows of zeros belong to no node, since their distance is not that of their vectors.
/// </remarks>
internal sealed unsafe class RowTable
{
    private readonly MemoryBlock _chainStarts;
    private readonly MemoryBlock _chainRows;
    private readonly MemoryBlock _zeroRows;

    /// <param name="metric">What is near.</param>
    /// <param name="nodes">The distinct vectors, by the least of their rows.</param>
    /// <param name="rowCount">The number of rows.</param>
    /// <param name="chainStarts">Where the rows of each node start, and of one more; empty where each node has the row of its number.</param>
    /// <param name="chainRows">The rows of each node, ascending.</param>
    /// <param name="zeroRows">The rows that belong to no node, ascending.</param>
    public RowTable(
        NeighborMetric metric, FloatRows nodes, int rowCount, MemoryBlock chainStarts, MemoryBlock chainRows, MemoryBlock zeroRows)
    {
        Metric = metric;
        Nodes = nodes;
        RowCount = rowCount;
        _chainStarts = chainStarts;
        _chainRows = chainRows;
        _zeroRows = zeroRows;
    }

    public NeighborMetric Metric { get; }

    public FloatRows Nodes { get; }

    public int RowCount { get; }

    /// <summary>Whether nodes and rows have different numbers.</summary>
    public bool HasChains => _chainStarts.Length > 0;

    public ReadOnlySpan<int> ZeroRows => new(_zeroRows.Pointer, _zeroRows.CountOf<int>());

    public MemoryBlock ChainStarts => _chainStarts;

    public MemoryBlock ChainRows => _chainRows;

    public MemoryBlock ZeroRowsBlock => _zeroRows;

    /// <summary>The same rows, with the nodes elsewhere.</summary>
    public RowTable WithNodes(FloatRows nodes) => new(Metric, nodes, RowCount, _chainStarts, _chainRows, _zeroRows);

    /// <summary>The rows that have a node's vector; only where there are chains.</summary>
    public ReadOnlySpan<int> RowsOf(int node)
    {
        var starts = _chainStarts.As<int>();
        return new(_chainRows.As<int>() + starts[node], starts[node + 1] - starts[node]);
    }
}
