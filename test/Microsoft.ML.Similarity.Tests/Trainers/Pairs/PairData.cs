using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Tests.Training;

namespace Microsoft.ML.Similarity.Tests.Trainers.Pairs;

internal static class PairData
{
    /// <summary>Random pairs of some labelled rows, half of them of one class; each with a row of another class.</summary>
    public static PairRow[] Of(LabelledRow[] rows, int count, int seed = 1)
    {
        var random = new Random(seed);
        var byClass = rows.Select((row, i) => (row.Label, i)).ToLookup(row => row.Label, row => row.i);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var left = random.Next(rows.Length);
            var own = byClass[rows[left].Label].ToArray();
            var other = Other();
            var right = i % 2 == 0 ? own[random.Next(own.Length)] : other;
            return Pair(left, right, Other());

            int Other()
            {
                int row;
                do
                    row = random.Next(rows.Length);
                while (rows[row].Label == rows[left].Label);
                return row;
            }
        })];

        PairRow Pair(int left, int right, int negative)
        {
            var same = rows[left].Label == rows[right].Label;
            return new()
            {
                Left = rows[left].Features,
                Right = rows[right].Features,
                Negative = rows[negative].Features,
                LeftId = $"item {left}",
                RightId = $"item {right}",
                NegativeId = $"item {negative}",
                Same = same,
                Score = same ? 1 : 0,
                Margin = 0.5f,
            };
        }
    }

    /// <summary>Only the pairs that belong together.</summary>
    public static PairRow[] Matching(LabelledRow[] rows, int count, int seed = 1) => [.. Of(rows, 2 * count, seed).Where(pair => pair.Same)];

    public static ItemRow[] Items(LabelledRow[] rows) => [.. rows.Select((row, i) => new ItemRow { Id = $"item {i}", Features = row.Features })];

    public static IDataView View(MLContext ml, params PairRow[] pairs) => View(ml, pairs, pairs[0].Left.Length);

    public static IDataView View(MLContext ml, PairRow[] pairs, int dimension)
    {
        var schema = SchemaDefinition.Create(typeof(PairRow));
        foreach (var column in new[] { nameof(PairRow.Left), nameof(PairRow.Right), nameof(PairRow.Negative) })
            schema[column].ColumnType = new VectorDataViewType(NumberDataViewType.Single, dimension);
        return ml.Data.LoadFromEnumerable(pairs, schema);
    }

    public static IDataView View(MLContext ml, params ItemRow[] items)
    {
        var schema = SchemaDefinition.Create(typeof(ItemRow));
        schema[nameof(ItemRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, items[0].Features.Length);
        return ml.Data.LoadFromEnumerable(items, schema);
    }
}
