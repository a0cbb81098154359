using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Reads the rows to be mined, finds their hard negatives, and says what was left out.</summary>
internal static class MiningReader
{
    private const string LogSource = "MineHardNegatives";

    /// <exception cref="InvalidOperationException">No label has two rows, or there is only one label.</exception>
    public static IDataView MineRows(
        IHostEnvironment environment, IDataView data, DataViewSchema.Column label, DataViewSchema.Column embedding, DataViewSchema.Column id,
        HardNegativeOptions options, int seed)
    {
        using var channel = environment.Register(LogSource).Start("Mining hard negatives");
        using var cursor = data.GetRowCursor([label, embedding, id]);
        var readClass = LabelReader.Create(cursor, label, LabelVocabulary.For(label));
        var reader = new FeatureReader(cursor, embedding);
        var ids = IdColumn.Create(cursor, id);
        var rows = new VectorStore(reader.Dimension);
        var (classes, numbers) = (new List<int>(), new List<int>());
        long unlabelled = 0, invalid = 0;
        while (cursor.MoveNext())
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            var (rowClass, number) = (readClass(), ids.Read());
            ref readonly var values = ref reader.Read();
            if (rowClass == LabelReader.Missing || number == LabelReader.Missing)
            {
                unlabelled++;
                continue;
            }
            if (!FeatureReader.IsFinite(values.GetValues()))
            {
                invalid++;
                continue;
            }
            classes.Add(rowClass);
            numbers.Add(number);
            values.CopyTo(rows.Add());
        }
        Warn(channel, unlabelled, "{0} rows without a label or an id were left out.");
        Warn(channel, invalid, "{0} rows with NaN or infinity in their embedding were left out.");
        var labels = classes.Distinct().Count();
        if (labels < 2 || labels == classes.Count)
        {
            throw new InvalidOperationException(
                $"Mining needs rows of two labels, and a label with two rows; column '{label.Name}' has {labels} labels in {classes.Count} usable rows.");
        }
        return Result(channel, new HardNegativeMiner(options, seed).MineClasses(rows, classes, numbers), ids, ids);
    }

    /// <exception cref="InvalidOperationException">No pair is usable.</exception>
    public static IDataView MinePairs(
        IHostEnvironment environment, IDataView pairs, DataViewSchema.Column left, DataViewSchema.Column right,
        DataViewSchema.Column leftId, DataViewSchema.Column rightId, HardNegativeOptions options, int seed)
    {
        using var channel = environment.Register(LogSource).Start("Mining hard negatives");
        using var cursor = pairs.GetRowCursor([left, right, leftId, rightId]);
        var (readLeft, readRight) = (new FeatureReader(cursor, left), new FeatureReader(cursor, right));
        var (leftIds, rightIds) = (IdColumn.Create(cursor, leftId), IdColumn.Create(cursor, rightId));
        var (lefts, rights) = (new VectorStore(readLeft.Dimension), new VectorStore(readRight.Dimension));
        var numbers = new List<(int, int)>();
        long nameless = 0, invalid = 0;
        while (cursor.MoveNext())
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            ref readonly var leftValues = ref readLeft.Read();
            ref readonly var rightValues = ref readRight.Read();
            if (!FeatureReader.IsFinite(leftValues.GetValues()) || !FeatureReader.IsFinite(rightValues.GetValues()))
            {
                invalid++;
                continue;
            }
            // The right one is numbered only where its row is kept.
            if (leftIds.Read() is var l && l == LabelReader.Missing || rightIds.Read() is var r && r == LabelReader.Missing)
            {
                nameless++;
                continue;
            }
            leftValues.CopyTo(lefts.Add());
            if (r == rights.Count)
                rightValues.CopyTo(rights.Add());
            numbers.Add((l, r));
        }
        Warn(channel, nameless, "{0} pairs without an id were left out.");
        Warn(channel, invalid, "{0} pairs with NaN or infinity in an embedding were left out.");
        if (rights.Count < 2)
            throw new InvalidOperationException($"Mining needs pairs with two different right ids; column '{rightId.Name}' has {rights.Count} in {numbers.Count} usable pairs.");
        return Result(channel, new HardNegativeMiner(options, seed).MinePairs(lefts, rights, numbers), leftIds, rightIds);
    }

    private static IDataView Result(IChannel channel, MinedTriplets triplets, IdColumn anchors, IdColumn others)
    {
        if (triplets.Count == 0)
            channel.Warning(MessageSensitivity.None, "No row is left as a negative: the ranges, margins and bounds refuse all.");
        return triplets.ToView(anchors, others);
    }

    private static void Warn(IChannel channel, long count, string message)
    {
        if (count > 0)
            channel.Warning(MessageSensitivity.None, message, count);
    }
}
