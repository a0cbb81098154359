using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The rows among which neighbours are sought, numbered from 0 in the order they came. Removed rows leave their numbers unused.</summary>
/// <remarks>Never changes: adding or removing rows gives another set, which shares the rows of this one.</remarks>
/// <param name="index">Their vectors.</param>
/// <param name="columns">What they carry.</param>
/// <param name="indexFileName">The file beside a saved model that the index is saved in; null where it is saved in the model.</param>
internal sealed class ReferenceSet(FrozenIndex index, RowColumns columns, string? indexFileName = null)
{
    public int Dimension => index.Dimension;

    public NeighborMetric Metric => index.Metric;

    public int Count => index.Count;

    public FrozenIndex Index => index;

    public RowColumns Columns => columns;

    public string? IndexFileName => indexFileName;

    /// <summary>The value of one of a row's columns.</summary>
    public T Value<T>(int row, int column) => columns.Value<T>(row, column);

    /// <summary>A set of these rows followed by others.</summary>
    public ReferenceSet With(VectorStore rows, Array[] added, BuildRun run) =>
        new(index.With(rows, columns.Count, run, run.Cancellation), columns.With(rows.Count, added), indexFileName);

    /// <summary>A set without some rows.</summary>
    public ReferenceSet Without(IReadOnlySet<long> numbers, BuildRun run) =>
        new(index.Without(numbers, run, run.Cancellation), columns, indexFileName);

    /// <summary>The numbers of the rows whose value of a column is one of some.</summary>
    public HashSet<long> Where<T>(int column, Predicate<T> isOne) =>
        [.. index.Numbers().Where(row => isOne(columns.Value<T>((int)row, column)))];
}
