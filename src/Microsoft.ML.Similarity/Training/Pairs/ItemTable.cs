using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Training.Pairs;

/// <summary>The items that pairs name by their ids: read once, however many pairs there are.</summary>
/// <param name="ids">The id of each row; frozen.</param>
/// <param name="features">The rows.</param>
internal sealed class ItemTable(LabelVocabulary ids, FeatureStore features) : IDisposable
{
    private const string IdRole = "item id";
    private const string FeatureRole = "item feature";

    /// <summary>Row i has the id i.</summary>
    public LabelVocabulary Ids { get; } = ids;

    public FeatureStore Features { get; } = features;

    /// <param name="schema">The items'.</param>
    /// <param name="idColumn">Key, text, an integer or Boolean.</param>
    /// <param name="featureColumn">A vector of float32, or pictures.</param>
    /// <param name="settings">The encoder, and how pictures are kept.</param>
    /// <param name="dimension">The number of features wanted of a vector, or null for any.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public static void Check(DataViewSchema schema, string idColumn, string featureColumn, TrainingSettings settings, int? dimension)
    {
        InputColumns.Label(schema, idColumn, IdRole);
        FeatureColumns.Check(Shapes.Of(schema), featureColumn, settings, FeatureRole);
        InputColumns.Features(schema, featureColumn, FeatureRole, dimension, settings.Encoder.Pictures is not null);
    }

    /// <param name="data">The items.</param>
    /// <param name="idColumn">Key, text, an integer or Boolean.</param>
    /// <param name="featureColumn">A vector of float32, or pictures.</param>
    /// <param name="run">Says where batches are wanted, and may be cancelled.</param>
    /// <exception cref="InvalidOperationException">The view fails in a row. There are no items, or an id is missing or given twice, or a feature is not finite.</exception>
    public static ItemTable Read(IDataView data, string idColumn, string featureColumn, TrainingRun run)
    {
        var id = InputColumns.Label(data.Schema, idColumn, IdRole);
        var feature = InputColumns.Features(data.Schema, featureColumn, FeatureRole, orPictures: run.Pictures is not null);
        using var cursor = new ReadingCursor(data, [id, feature], "items", run);
        var ids = LabelVocabulary.For(id);
        var readId = LabelReader.Create(cursor, id, ids);
        using var rows = FeatureIntake.Create(feature, run);
        var source = rows.Open(cursor, feature);
        for (var position = 0L; cursor.MoveNext(); position++)
        {
            var item = readId();
            if (item == LabelReader.Missing)
                throw new InvalidOperationException($"The item in row {position} (counted from 0) has no id in column '{idColumn}'.");
            if (item != rows.Count)
                throw new InvalidOperationException($"The id '{ids.TextOf(item)}' in column '{idColumn}' is given to two items, the second in row {position} (counted from 0).");
            source.Read(position);
            source.Keep();
        }
        return rows.Count > 0
            ? new(ids.Freeze(), rows.ToStore(run))
            : throw new InvalidOperationException("The table of items has no rows.");
    }

    public void Dispose() => Features.Dispose();
}
