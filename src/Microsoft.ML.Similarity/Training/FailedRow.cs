using System.Reflection;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Finds the row that a view fails in when its transforms compute rows ahead, on threads of their own.</summary>
internal static class FailedRow
{
    /// <summary>Whether an error is of such a thread, so that the row being read is not the one that failed.</summary>
    public static bool IsAhead(Exception error) =>
        error is { InnerException: not null } && error.Message.StartsWith("Splitter/consolidator", StringComparison.Ordinal);

    /// <summary>Reads the view once more, a row at a time, as far as where it fails.</summary>
    /// <param name="data">The view.</param>
    /// <param name="columns">The columns that are read.</param>
    /// <param name="run">May be cancelled.</param>
    /// <returns>The row, counted from 0, the column, where one fails alone, and the error; null where the view does not fail this time, or cancelled.</returns>
    public static (long Row, string? Column, Exception Error)? Find(IDataView data, DataViewSchema.Column[] columns, TrainingRun run)
    {
        var cursors = data.GetRowCursorSet(columns, 1);
        if (cursors.Length != 1)
        {
            Array.ForEach(cursors, each => each.Dispose());
            return null;
        }
        using var cursor = cursors[0];
        var row = 0L;
        string? reading = null;
        try
        {
            var reads = Array.ConvertAll(columns, column => Reader(cursor, column));
            for (; !run.IsCancelled() && cursor.MoveNext(); row++)
            {
                for (var i = 0; i < reads.Length; i++)
                {
                    reading = columns[i].Name;
                    reads[i]();
                }
                reading = null;
            }
            return null;
        }
        catch (Exception e)
        {
            return (row, reading, e);
        }
    }

    private static Action Reader(DataViewRow row, DataViewSchema.Column column) =>
        typeof(FailedRow).GetMethod(nameof(ReaderOf), BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(column.Type.RawType).CreateDelegate<Func<DataViewRow, DataViewSchema.Column, Action>>()(row, column);

    private static Action ReaderOf<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        T value = default!;
        return () => getter(ref value);
    }
}
