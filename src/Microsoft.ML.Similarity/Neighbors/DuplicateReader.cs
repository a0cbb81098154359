using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Reads the rows among which duplicates are sought, finds these, and says what was left out.</summary>
internal static class DuplicateReader
{
    public static IDataView Find(
        IHostEnvironment environment, IDataView data, DataViewSchema.Column embedding, DataViewSchema.Column id, DuplicateOptions options)
    {
        using var run = new BuildRun(environment, cancellation: options.CancellationToken);
        using var cursor = data.GetRowCursor([embedding, id]);
        var reader = new FeatureReader(cursor, embedding);
        var ids = IdColumn.Create(cursor, id);
        var (rows, numbers) = (new VectorStore(reader.Dimension), new List<int>());
        var leftOut = 0L;
        while (cursor.MoveNext())
        {
            run.Cancellation.ThrowIfCancellationRequested();
            ref readonly var values = ref reader.Read();
            if (!FeatureReader.IsFinite(values.GetValues()) || ids.Read() is var number && number == LabelReader.Missing)
            {
                leftOut++;
                continue;
            }
            numbers.Add(number);
            values.CopyTo(rows.Add());
        }
        if (leftOut > 0)
            run.Log.Warning(MessageSensitivity.None, "{0} rows without an id, or with NaN or infinity in their embedding, were left out.", leftOut);
        var pairs = rows.Count == 0 ? [] : new DuplicateSearch(rows, numbers, options, run).Run(environment.Seed() ?? 0);
        return new ListsView(
            pairs.Count,
            (ids.ToOutput("Left"), row => ids.CreateGetter(() => numbers[pairs[row()].Left])),
            (ids.ToOutput("Right"), row => ids.CreateGetter(() => numbers[pairs[row()].Right])),
            (new("Distance", NumberDataViewType.Single), row => (ValueGetter<float>)((ref float value) => value = pairs[row()].Distance)));
    }
}
