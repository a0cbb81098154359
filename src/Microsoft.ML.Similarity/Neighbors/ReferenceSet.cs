using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The rows among which neighbours are sought, numbered from 0 in the order they came. Removed rows leave their numbers unused.</summary>
/// <remarks>Never changes: adding or removing rows gives another set, which shares the rows of this one.</remarks>
internal sealed class ReferenceSet(FrozenIndex index, RowColumns columns)
{
    public int Dimension => index.Dimension;

    public NeighborMetric Metric => index.Metric;

    public int Count => index.Count;

    public FrozenIndex Index => index;

    public RowColumns Columns => columns;

    /// <summary>The value of one of a row's columns.</summary>
    public T Value<T>(int row, int column) => columns.Value<T>(row, column);

    /// <summary>A set of these rows followed by others.</summary>
    public ReferenceSet With(VectorStore rows, Array[] added, BuildRun run) =>
        new(index.With(rows, columns.Count, run, run.Cancellation), columns.With(rows.Count, added));

    /// <summary>A set without the rows of some values of a column.</summary>
    public ReferenceSet Without<T>(int column, IReadOnlySet<T> values, BuildRun run) => new(
        index.Without(index.Numbers().Where(row => values.Contains(columns.Value<T>((int)row, column))).ToHashSet(), run, run.Cancellation), columns);
}
