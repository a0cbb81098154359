namespace Microsoft.ML.Similarity.Rows;

/// <summary>The lazy result of a batch mapping: each cursor reads a batch of rows ahead, evaluates it once, and serves its rows.</summary>
/// <remarks>Cursors are independent of one another, so several may run at once and on several threads.</remarks>
internal sealed class BatchedView(IDataView source, BatchBinding binding) : IDataView
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => binding.Output;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = binding.Activate(columnsNeeded);
        return Wrap(source.GetRowCursor(binding.RequiredInputs(active), rand), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var active = binding.Activate(columnsNeeded);
        return Array.ConvertAll(source.GetRowCursorSet(binding.RequiredInputs(active), n, rand), cursor => Wrap(cursor, active));
    }

    private DataViewRowCursor Wrap(DataViewRowCursor input, bool[] active) =>
        binding.AnyAdded(active) ? new BatchedCursor(input, binding, active) : new PassThroughCursor(input, binding, active);
}
