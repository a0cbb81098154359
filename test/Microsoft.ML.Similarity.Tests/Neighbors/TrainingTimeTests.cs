using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

/// <summary>While a pipeline trains, a row is not its own neighbour.</summary>
public sealed class TrainingTimeTests
{
    private static readonly MLContext Ml = new(seed: 1);

    // Each row's nearest other row has the other label, and rows 0 and 1 are equal but for it.
    private static readonly Example<string>[] Rows =
        [At("a", 0), At("b", 0), At("a", 10), At("b", 11), At("a", 20), At("b", 21)];

    private static readonly IDataView Data = Ml.Data.LoadFromEnumerable(Rows);

    [Test]
    public void Later_stages_train_on_leave_one_out_values()
    {
        var seen = TrainAndLook(Data, Classify());
        Assert.That(Labels(seen), Is.EqualTo(new[] { "b", "a", "b", "a", "b", "a" }), "while training");
        Assert.That(Labels(Classify().Fit(Data).Transform(Data)), Is.EqualTo(new[] { "a", "a", "a", "b", "a", "b" }), "afterwards");
    }

    [Test]
    public void Only_the_row_itself_is_left_out_not_its_equals()
    {
        var data = Ml.Data.LoadFromEnumerable(new[] { At("a", 1), At("b", 1), At("c", 1) });
        var seen = TrainAndLook(data, Search(numberOfNeighbors: 3));
        Assert.That(Examples.Vectors<long>(seen, "NeighborRow"), Is.EqualTo(new[] { new long[] { 1, 2 }, [0, 2], [0, 1] }));
    }

    [Test]
    public void Rows_are_known_again_when_cached_filtered_shuffled_and_split()
    {
        var many = Ml.Data.LoadFromEnumerable(Enumerable.Range(0, 400).Select(i => At($"{i}", i / 2)));
        var filtered = Ml.Data.FilterByCustomPredicate<Example<string>>(many, row => int.Parse(row.Label, System.Globalization.CultureInfo.InvariantCulture) % 3 == 0);
        IDataView[] views =
        [
            many,
            Ml.Data.Cache(many),
            filtered,
            Ml.Data.Cache(filtered),
            Ml.Data.ShuffleRows(many, seed: 3),
            Ml.Data.Cache(Ml.Data.ShuffleRows(filtered, seed: 3)),
            Ml.Data.TrainTestSplit(many, 0.3).TrainSet,
            Ml.Data.CrossValidationSplit(many, 3)[1].TrainSet,
            Ml.Data.TakeRows(Ml.Data.SkipRows(many, 10), 50),
        ];
        foreach (var view in views)
        {
            var seen = TrainAndLook(view, Search(numberOfNeighbors: 1));
            CheckNotItself(seen, seen.GetRowCursor(seen.Schema));
            foreach (var cursor in seen.GetRowCursorSet(seen.Schema, 4))
                CheckNotItself(seen, cursor);
            CheckNotItself(seen, seen.GetRowCursor(seen.Schema, new Random(1)));

            // And without the exclusion the same check does find rows that are their own neighbours.
            var plain = Search(numberOfNeighbors: 1).Fit(view).Transform(view);
            Assert.That(Selves(plain, plain.GetRowCursor(plain.Schema)), Is.GreaterThan(0));
        }
    }

    [Test]
    public void A_cache_between_the_stages_keeps_the_rows_known()
    {
        var look = new Look();
        Ml.Transforms.CopyColumns("Copy", "Features").AppendCacheCheckpoint(Ml).Append(Classify()).AppendCacheCheckpoint(Ml).Append(look).Fit(Data);
        Assert.That(Labels(look.Seen!), Is.EqualTo(new[] { "b", "a", "b", "a", "b", "a" }));
    }

    [Test]
    public void Regression_leaves_the_row_itself_out_too()
    {
        var data = Ml.Data.LoadFromEnumerable(new[] { Target(1, 0), Target(2, 0), Target(3, 10) });
        var seen = TrainAndLook(data, Ml.Regression.Trainers.KNearestNeighbors("Target", numberOfNeighbors: 1));
        Assert.That(Examples.Column<float>(seen, "Score"), Is.EqualTo(new[] { 2f, 1, 1 }));
    }

    [Test]
    public void With_a_row_id_column_a_query_never_has_its_own_id_as_neighbour()
    {
        var rows = Rows.Select((r, i) => new Example<string> { Label = r.Label, Features = r.Features, Id = i == 1 ? "" : $"{i / 4}" }).ToArray();
        var data = Ml.Data.LoadFromEnumerable(rows);
        var estimator = Ml.Similarity.Transforms.NearestNeighbors(inputColumnName: "Features", numberOfNeighbors: 6, rowIdColumnName: "Id");
        var expected = new[] { new long[] { 1, 4, 5 }, [0, 1, 2, 3, 4, 5], [1, 4, 5], [4, 5, 1], [3, 2, 0, 1], [3, 2, 0, 1] };
        var model = estimator.Fit(data);
        Assert.That(Examples.Vectors<long>(model.Transform(data), "NeighborRow"), Is.EqualTo(expected));
        Assert.That(Examples.Vectors<long>(TrainAndLook(data, estimator), "NeighborRow"), Is.EqualTo(expected));
        var strangers = Ml.Data.LoadFromEnumerable(new[] { new Example<string> { Id = "never seen", Features = Rows[0].Features } });
        Assert.That(Examples.Vectors<long>(model.Transform(strangers), "NeighborRow")[0], Has.Length.EqualTo(6));
        Assert.That(Examples.Vectors<long>(model.AddRows(data).Transform(data), "NeighborRow")[4], Is.EqualTo(new long[] { 3, 9, 2, 8, 0, 1 }));
        Assert.That(model.Model.Ids!.Ids.Texts, Is.EqualTo(new[] { "0", "1" }), "queries add no ids");
    }

    private static KNearestNeighborsMulticlassTrainer Classify() => Ml.MulticlassClassification.Trainers.KNearestNeighbors(numberOfNeighbors: 1);

    private static NearestNeighborsEstimator Search(int numberOfNeighbors) =>
        Ml.Similarity.Transforms.NearestNeighbors(inputColumnName: "Features", numberOfNeighbors: numberOfNeighbors, columns: ["Label"]);

    private static void CheckNotItself(IDataView view, DataViewRowCursor cursor) => Assert.That(Selves(view, cursor), Is.Zero);

    // The label is the row's number: how many rows are their own neighbour?
    private static int Selves(IDataView view, DataViewRowCursor cursor)
    {
        using (cursor)
        {
            var label = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Label"]);
            var neighbor = cursor.GetGetter<VBuffer<ReadOnlyMemory<char>>>(view.Schema["NeighborLabel"]);
            ReadOnlyMemory<char> own = default;
            VBuffer<ReadOnlyMemory<char>> found = default;
            var selves = 0;
            while (cursor.MoveNext())
            {
                label(ref own);
                neighbor(ref found);
                if (found.GetValues()[0].Span.SequenceEqual(own.Span))
                    selves++;
            }
            return selves;
        }
    }

    private static IDataView TrainAndLook(IDataView data, IEstimator<ITransformer> estimator)
    {
        var look = new Look();
        estimator.Append(look).Fit(data);
        return look.Seen!;
    }

    private static Example<string> At(string label, float value) => Examples.At(label, value, 0, 0);

    private static Example<string> Target(float target, float value)
    {
        var example = At("", value);
        example.Target = target;
        return example;
    }

    private static string[] Labels(IDataView view)
    {
        var texts = Examples.KeyTexts(view.Schema, "PredictedLabel");
        return [.. Examples.Column<uint>(view, "PredictedLabel").Select(k => texts[k - 1])];
    }
}
