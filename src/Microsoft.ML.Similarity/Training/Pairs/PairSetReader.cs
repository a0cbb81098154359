using System.Globalization;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Training.Pairs;

/// <summary>Reads pairs in one pass over a view.</summary>
internal static class PairSetReader
{
    /// <param name="data">The view to read.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="items">What the pairs' ids stand for; null where the pairs hold features.</param>
    /// <param name="dimension">That of the training data where the view is validation data; null where it is the training data.</param>
    /// <param name="run">Says where batches are wanted, hears of pairs left out, and may be cancelled.</param>
    /// <exception cref="InvalidOperationException">The view fails in a row. There are no pairs, an id is unknown, or a number cannot be used.</exception>
    public static PairSet Read(IDataView data, PairColumns columns, ItemTable? items, int? dimension, TrainingRun run)
    {
        var parts = columns.FindParts(data.Schema, dimension, run.Pictures);
        var target = columns.FindTarget(data.Schema);
        DataViewSchema.Column? weight = columns.Weight is null ? null : InputColumns.Number(data.Schema, columns.Weight, WeightReader.Role);
        IEnumerable<DataViewSchema.Column> used = [.. parts, .. new[] { target, weight }.OfType<DataViewSchema.Column>()];
        var table = dimension is null ? "training data" : "validation data";
        using var cursor = new ReadingCursor(data, used, table, run);
        using var intake = items is null ? FeatureIntake.Create(parts[0], run) : null;
        var distinct = intake is null ? null : new DistinctRows(intake);
        var readParts = Array.ConvertAll(parts, part => items is null ? Features(intake!.Open(cursor, part), distinct!) : Ids(cursor, part, items));
        var readTarget = target is null ? null : Target(cursor, target.Value, columns.TargetKind);
        var readWeight = weight is null ? null : WeightReader.Create(cursor, weight.Value);
        var rows = Array.ConvertAll(parts, _ => new List<int>());
        var weights = readWeight is null ? null : new List<float>();
        var targets = readTarget is null ? null : new List<float>();
        long position = 0, unknown = 0;
        for (; cursor.MoveNext(); position++)
        {
            if (readTarget is not null)
            {
                var value = readTarget(position);
                if (float.IsNaN(value))
                {
                    unknown++;
                    continue;
                }
                targets!.Add(value);
            }
            if (readWeight is not null)
                weights!.Add(readWeight(position));
            for (var part = 0; part < parts.Length; part++)
                rows[part].Add(readParts[part](position));
        }
        if (unknown > 0)
            run.Channel.Warning(MessageSensitivity.None, "{0} rows with NaN in column '{1}' were left out.", unknown, target!.Value.Name);
        if (rows[0].Count == 0)
        {
            throw new InvalidOperationException(position == 0
                ? $"The {table} has no rows."
                : $"All of the {position} rows of the {table} have NaN in column '{target!.Value.Name}'.");
        }
        return new PairSet(
            items?.Features ?? intake!.ToStore(run), Array.ConvertAll(rows, part => part.ToArray()), targets?.ToArray(), weights?.ToArray(),
            ownsRows: items is null);
    }

    private static Func<long, int> Features(FeatureSource source, DistinctRows distinct) => position =>
    {
        source.Read(position);
        return distinct.Add(source);
    };

    private static Func<long, int> Ids(DataViewRow row, DataViewSchema.Column column, ItemTable items)
    {
        var read = LabelReader.Create(row, column, items.Ids);
        return position =>
        {
            var item = read();
            return item != LabelReader.Missing
                ? item
                : throw new InvalidOperationException($"Column '{column.Name}' has, in row {position} (counted from 0), an id that none of the items has.");
        };
    }

    private static Func<long, float> Target(DataViewRow row, DataViewSchema.Column column, PairTarget kind)
    {
        if (kind == PairTarget.Boolean)
        {
            var same = row.GetGetter<bool>(column);
            var flag = false;
            return _ =>
            {
                same(ref flag);
                return flag ? 1 : 0;
            };
        }
        var number = row.GetGetter<float>(column);
        var value = 0f;
        return position =>
        {
            number(ref value);
            return !float.IsInfinity(value)
                ? value
                : throw new InvalidOperationException(
                    $"Column '{column.Name}' has the value {value.ToString(CultureInfo.InvariantCulture)} in row {position} (counted from 0); it must be a finite number, or NaN where none is known.");
        };
    }
}
