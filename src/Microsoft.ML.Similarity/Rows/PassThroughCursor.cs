using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Rows;

/// <summary>No added column was asked for: the input cursor is forwarded as it is.</summary>
internal sealed class PassThroughCursor(DataViewRowCursor input, BatchBinding binding, bool[] active) : DataViewRowCursor
{
    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override DataViewSchema Schema => binding.Output;

    public override bool IsColumnActive(DataViewSchema.Column column) => active[binding.IndexOf(column)];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        input.GetGetter<TValue>(binding.Input[binding.ActiveIndexOf(column, active)]);

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override bool MoveNext() => input.MoveNext();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
        base.Dispose(disposing);
    }
}
