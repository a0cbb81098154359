namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>What becomes of the neighbours found: what reference rows must carry for it, and the columns that come out.</summary>
internal abstract class NeighborOutput
{
    /// <summary>The columns that reference rows must have beside their features.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public abstract IReadOnlyList<DataViewSchema.Column> Required(DataViewSchema rows);

    /// <summary>Readers of the required columns, in their order.</summary>
    public abstract IReadOnlyList<ColumnReader> CreateReaders(DataViewRow row);

    /// <summary>What is wrong with data of which no row was taken.</summary>
    public abstract string DescribeEmpty();

    /// <summary>A copy that may meet new values while rows are added, and leaves this one as it is.</summary>
    public abstract NeighborOutput Copy();

    public abstract IReadOnlyList<DataViewSchema.DetachedColumn> GetOutputColumns(DataViewSchema input);

    /// <summary>A getter of an output column for the query in the slot that <paramref name="slot"/> names.</summary>
    public abstract Delegate CreateGetter(ReferenceSet set, NeighborResults results, int outputColumn, Func<int> slot);
}
