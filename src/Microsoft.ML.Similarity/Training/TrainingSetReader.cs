using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Reads labelled rows in one pass over a view.</summary>
internal static class TrainingSetReader
{
    /// <param name="data">The view to read.</param>
    /// <param name="columns">The names of the columns.</param>
    /// <param name="dimension">That of the training data where the view is validation data; null where it is the training data.</param>
    /// <param name="run">Says where batches are wanted, hears of rows left out, and may be cancelled.</param>
    /// <exception cref="InvalidOperationException">The view fails in a row. No row has a label, or a feature or weight is not a number that can be used.</exception>
    public static TrainingSet Read(IDataView data, LabeledColumns columns, int? dimension, TrainingRun run)
    {
        var features = InputColumns.Features(data.Schema, columns.Feature, dimension: dimension, orPictures: run.Pictures is not null);
        var label = columns.Relation.FindLabel(data.Schema, columns.Label);
        DataViewSchema.Column? weight = columns.Weight is null ? null : InputColumns.Number(data.Schema, columns.Weight, WeightReader.Role);
        DataViewSchema.Column? category = columns.Category is null ? null : InputColumns.Label(data.Schema, columns.Category, LabeledColumns.CategoryRole);
        var used = new[] { features, label, weight, category }.OfType<DataViewSchema.Column>();
        var table = dimension is null ? "training data" : "validation data";
        using var cursor = new ReadingCursor(data, used, table, run);
        var labels = columns.Relation.CreateClasses(label);
        var readLabel = labels.CreateReader(cursor, label);
        var readWeight = weight is null ? null : WeightReader.Create(cursor, weight.Value);
        using var rows = FeatureIntake.Create(features, run);
        var source = rows.Open(cursor, features);
        var classes = new List<int>();
        var weights = readWeight is null ? null : new List<float>();
        var readCategory = category is null ? null : LabelReader.Create(cursor, category.Value, LabelVocabulary.For(category.Value));
        var categories = readCategory is null ? null : new List<int>();
        long position = 0, unlabelled = 0;
        for (; cursor.MoveNext(); position++)
        {
            var index = readLabel();
            if (index == LabelReader.Missing)
            {
                unlabelled++;
                continue;
            }
            source.Read(position);
            source.Keep();
            classes.Add(index);
            if (readCategory is not null)
                categories!.Add(readCategory());
            if (readWeight is not null)
                weights!.Add(readWeight(position));
        }
        if (unlabelled > 0)
            run.Channel.Warning(MessageSensitivity.None, "{0} rows without a label in column '{1}' were left out.", unlabelled, columns.Label);
        if (classes.Count == 0)
        {
            throw new InvalidOperationException(position == 0
                ? $"The {table} has no rows."
                : $"None of the {position} rows of the {table} has a label in column '{columns.Label}'.");
        }
        return new TrainingSet(rows.ToStore(run), [.. classes], labels, weights?.ToArray(), categories?.ToArray());
    }
}
