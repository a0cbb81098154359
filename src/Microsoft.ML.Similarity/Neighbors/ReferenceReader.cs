using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Reads the rows of a view: their vectors, and what they carry.</summary>
internal static class ReferenceReader
{
    /// <param name="run">Told how many rows were left out; may be cancelled.</param>
    /// <param name="view">The rows to read.</param>
    /// <param name="features">The view's feature column.</param>
    /// <param name="output">Says what the rows must carry; meets their values.</param>
    /// <param name="ids">Where rows are told apart by a column; meets their values.</param>
    /// <param name="rowIds">Where to note the view's own ids of the rows taken, or null.</param>
    /// <exception cref="InvalidOperationException">A feature is NaN or infinite, or no row was taken.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static (VectorStore Rows, Array[] Columns) Read(
        BuildRun run,
        IDataView view,
        DataViewSchema.Column features,
        NeighborOutput output,
        ReferenceIds? ids,
        List<DataViewRowId>? rowIds)
    {
        var needed = output.Required(view.Schema).Append(features);
        if (ids is not null)
            needed = needed.Append(ids.Required(view.Schema));
        using var cursor = view.GetRowCursor(needed);
        var columns = new List<ColumnReader>(output.CreateReaders(cursor));
        if (ids is not null)
            columns.Add(new ColumnReader<int>(ids.CreateReader(cursor)));
        var reader = new FeatureReader(cursor, features);
        var rows = new VectorStore(reader.Dimension);
        var id = cursor.GetIdGetter();
        DataViewRowId rowId = default;
        var leftOut = 0L;
        while (cursor.MoveNext())
        {
            run.Cancellation.ThrowIfCancellationRequested();
            if (!columns.TrueForAll(c => c.Read()))
            {
                leftOut++;
                continue;
            }
            ref readonly var values = ref reader.ReadFinite(cursor.Position);
            values.CopyTo(rows.Add());
            columns.ForEach(c => c.Append());
            id(ref rowId);
            rowIds?.Add(rowId);
        }
        if (leftOut > 0)
            run.Log.Warning(MessageSensitivity.None, "{0} rows without a label were left out.", leftOut);
        return rows.Count > 0 ? (rows, [.. columns.Select(c => c.Take())]) : throw new InvalidOperationException(output.DescribeEmpty());
    }
}
