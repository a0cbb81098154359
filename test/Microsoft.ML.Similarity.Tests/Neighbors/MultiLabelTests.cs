using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Tests.Contract;
using Microsoft.ML.Similarity.Tests.Training;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

public sealed class MultiLabelTests
{
    private static readonly MLContext Ml = new(seed: 1);

    private static readonly IDataView Line = Data((["b", "a"], 0), (["a"], 1), ([], 2), (["c", "b"], 4));

    [Test]
    public void A_label_has_the_share_of_the_votes_of_the_neighbours_with_it()
    {
        var output = Fit(Line, new() { NumberOfNeighbors = 2 }).Transform(At(0, 1.9f, 9, float.NaN));
        Assert.That(Examples.KeyTexts(output.Schema, "PredictedLabel"), Is.EqualTo(new[] { "b", "a", "c" }), "as they first appear");
        Assert.That(Examples.Vectors<float>(output, "Score"), Is.EqualTo(new float[][] { [0.5f, 1, 0], [0, 0.5f, 0], [0.5f, 0, 0.5f], [float.NaN, float.NaN, float.NaN] }));
        Assert.That(Predicted(output), Is.EqualTo(new[] { "a b", "a", "b c", "" }), "the largest share first");
    }

    [Test]
    public void Shares_are_weighted_by_distance()
    {
        var output = Fit(Line, new() { NumberOfNeighbors = 4, Votes = NeighborVotes.DistanceWeighted }).Transform(At(-1));
        // The weights are as 1, 1/2, 1/3 and 1/5.
        Assert.That(Examples.Vectors<float>(output, "Score")[0], Is.EqualTo(new[] { 36 / 61f, 45 / 61f, 6 / 61f }).Within(1e-6f));
        Assert.That(Predicted(output), Is.EqualTo(new[] { "a b" }));
    }

    [TestCase(0.25f, "b a c")]
    [TestCase(0.26f, "b a")]
    [TestCase(0.5f, "b a")]
    [TestCase(0.51f, "")]
    public void Labels_from_the_threshold_on_are_predicted(float threshold, string labels)
    {
        var model = Fit(Line, new() { NumberOfNeighbors = 9, Threshold = 1 }).WithThreshold(threshold);
        Assert.That(Predicted(model.Transform(At(0))), Is.EqualTo(new[] { labels }));
        Assert.That(model.Threshold, Is.EqualTo(threshold));
    }

    [Test]
    public void Missing_and_repeated_labels_do_not_count()
    {
        var output = Fit(Data((["a", "", "a"], 0), ([""], 1)), new() { NumberOfNeighbors = 2 }).Transform(At(0));
        Assert.That(Examples.Vectors<float>(output, "Score"), Is.EqualTo(new[] { new[] { 0.5f } }));
    }

    [Test]
    public void Rows_added_bring_labels_and_leave_the_first_transformer_as_it_is()
    {
        var model = Fit(Line, new() { NumberOfNeighbors = 1 });
        var more = model.AddRows(Data((["d", "a"], 10)));
        Assert.That(Predicted(more.Transform(At(0, 9))), Is.EqualTo(new[] { "b a", "a d" }));
        Assert.That(Predicted(model.Transform(At(0, 9))), Is.EqualTo(new[] { "b a", "b c" }));
        Assert.That((model.Count, more.Count, model.Model.Set.Count), Is.EqualTo((4, 5, 4)));
    }

    [Test]
    public void Removed_rows_have_no_vote_and_labels_keep_their_keys()
    {
        var rows = new[] { Examples.At(new[] { "b", "a" }, 0, 0, 0), Examples.At(new[] { "a", "c" }, 1, 0, 0), Examples.At(new[] { "c" }, 3, 0, 0) };
        foreach (var (row, i) in rows.Select((row, i) => (row, i)))
            row.Id = $"{i}";
        var model = Fit(Ml.Data.LoadFromEnumerable(rows), new() { NumberOfNeighbors = 1, RowIdColumnName = "Id" });
        var less = model.RemoveRows(Ml.Data.LoadFromEnumerable(rows[..1]));
        Assert.That(Predicted(model.Transform(At(0))), Is.EqualTo(new[] { "b a" }));
        var loaded = EstimatorContract.SaveAndLoad(Ml, less, At(0).Schema, out _);
        foreach (var output in new[] { less.Transform(At(0)), loaded.Transform(At(0)) })
        {
            Assert.That(Predicted(output), Is.EqualTo(new[] { "a c" }));
            Assert.That(Examples.Vectors<float>(output, "Score"), Is.EqualTo(new[] { new float[] { 0, 1, 1 } }));
        }
    }

    [Test]
    public void Keys_keep_their_numbers_and_are_known_by_their_values()
    {
        var model = Fit(Keys(Line, "z", "c", "b", "a"), new() { NumberOfNeighbors = 1 }).AddRows(Keys(Data((["a", "new"], 10)), "a", "new"));
        var output = model.Transform(At(0, 9));
        Assert.That(Examples.KeyTexts(output.Schema, "PredictedLabel"), Is.EqualTo(new[] { "z", "c", "b", "a", "new" }));
        Assert.That(Predicted(output), Is.EqualTo(new[] { "b a", "a new" }));
    }

    [Test]
    public void While_a_pipeline_trains_a_row_is_not_its_own_neighbour()
    {
        var look = new Look();
        var model = Ml.Similarity.Trainers.KNearestNeighborsMultiLabel(numberOfNeighbors: 1).Append(look).Fit(Line);
        Assert.That(Predicted(look.Seen!), Is.EqualTo(new[] { "a", "b a", "a", "" }));
        Assert.That(Predicted(model.Transform(Line)), Is.EqualTo(new[] { "b a", "a", "", "b c" }), "afterwards");
    }

    [Test]
    public void It_keeps_the_contract([Values] bool sparse, [Values] NeighborMetric metric)
    {
        CheckContract(Ml.Data.LoadFromEnumerable(Examples.Clusters(Texts, sparse: sparse)), metric);
        CheckContract(Ml.Data.LoadFromEnumerable(Examples.Clusters(Numbers, sparse: sparse)), metric);
        CheckContract(Keys(Ml.Data.LoadFromEnumerable(Examples.Clusters(Texts, sparse: sparse)), "odd", "zero", "small"), metric);
    }

    [Test]
    public void It_keeps_the_contract_with_row_ids()
    {
        var data = Ml.Data.LoadFromEnumerable(Examples.Clusters(Texts));
        var model = (KNearestNeighborsMultiLabelTransformer)EstimatorContract.Check(
            Ml,
            Ml.Similarity.Trainers.KNearestNeighborsMultiLabel(rowIdColumnName: "Id", threshold: 0.25f, votes: NeighborVotes.Softmax),
            data,
            invalid: Without(data, "Id"));
        var loaded = (KNearestNeighborsMultiLabelTransformer)EstimatorContract.SaveAndLoad(Ml, model, data.Schema, out _);
        Assert.That((loaded.Threshold, loaded.NumberOfNeighbors, loaded.Metric), Is.EqualTo((0.25f, 5, NeighborMetric.Euclidean)));
        Assert.That(Predicted(loaded.AddRows(data).Transform(data)), Is.EqualTo(Predicted(model.AddRows(data).Transform(data))));
    }

    /// <summary>Two handwritten digits side by side have the labels of both. No writing is in both the training and the test rows.</summary>
    [Test]
    public void Pairs_of_digits_are_told_apart()
    {
        var half = TrainingData.Digits.Length / 2;
        var train = Pairs(TrainingData.Digits[..half], 4000);
        var test = Pairs(TrainingData.Digits[half..], 500);
        var predicted = Predicted(Ml.Similarity.Trainers.KNearestNeighborsMultiLabel().Fit(View(train)).Transform(View(test)));
        Assert.That(MicroF1(test, predicted), Is.GreaterThan(0.9));
        Assert.That(MicroF1(test, [.. test.Select(_ => "0 1 2 3 4 5 6 7 8 9")]), Is.LessThan(0.4), "all labels always");
    }

    [TestCase(0f, "0")]
    [TestCase(1.5f, "1.5")]
    [TestCase(float.NaN, "NaN")]
    public void A_threshold_is_above_0_and_at_most_1(float threshold, string shown)
    {
        Refused<ArgumentOutOfRangeException>(
            () => Ml.Similarity.Trainers.KNearestNeighborsMultiLabel(threshold: threshold), $"Threshold is {shown}; it must be above 0 and at most 1. (Parameter 'threshold')");
        Refused<ArgumentOutOfRangeException>(
            () => Fit(Line, new()).WithThreshold(threshold), $"threshold is {shown}; it must be above 0 and at most 1. (Parameter 'threshold')");
    }

    [Test]
    public void What_cannot_be_is_refused()
    {
        Refused<InvalidOperationException>(() => Fit(Ml.Data.SkipRows(Line, 9), new()), "The data has no rows with a label in column 'Label'.");
        Refused<InvalidOperationException>(() => Fit(Data(([], 1), ([""], 2)), new()), "The data has no rows with a label in column 'Label'.");
        Refused<ArgumentOutOfRangeException>(() => Fit(Without(Line, "Label"), new()), "Could not find the label column 'Label' in the input schema. (Parameter 'inputSchema')");
        Refused<ArgumentOutOfRangeException>(
            () => Fit(Line, new() { LabelColumnName = "Id" }),
            "Schema mismatch for label column 'Id': expected a vector of Key, String or an integer type, got String. (Parameter 'inputSchema')");
        Refused<ArgumentOutOfRangeException>(
            () => Fit(Ml.Data.LoadFromEnumerable(Examples.Clusters(c => new[] { true, false })), new()),
            "Schema mismatch for label column 'Label': expected a vector of Key, String or an integer type, got VarVector<Boolean>. (Parameter 'inputSchema')");
        Refused<ArgumentOutOfRangeException>(
            () => Fit(Line, new()).AddRows(Ml.Data.LoadFromEnumerable(Examples.Clusters(Numbers))),
            "Schema mismatch for label column 'Label': expected labels of the same kind as before (Text), got Vector<Int32> (Integer). (Parameter 'inputSchema')");
    }

    private static void CheckContract(IDataView data, NeighborMetric metric) => EstimatorContract.Check(
        Ml,
        Ml.Similarity.Trainers.KNearestNeighborsMultiLabel(numberOfNeighbors: 3, metric: metric, threshold: 0.3f),
        data,
        transformOnly: Without(data, "Label"),
        invalid: Without(data, "Features"),
        fitOnly: Ml.Transforms.Concatenate("Features", "Features", "Target").Fit(data).Transform(data));

    private static Example<string[]>[] Pairs(LabelledRow[] digits, int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var (left, right) = (digits[random.Next(digits.Length)], digits[random.Next(digits.Length)]);
            return Examples.At<string[]>([left.Label, right.Label], [.. left.Features, .. right.Features]);
        })];
    }

    private static IDataView View(Example<string[]>[] rows)
    {
        var schema = SchemaDefinition.Create(typeof(Example<string[]>));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Features.Length);
        return Ml.Data.LoadFromEnumerable(rows, schema);
    }

    private static double MicroF1(Example<string[]>[] rows, string[] predicted)
    {
        double right = 0, all = 0;
        foreach (var (row, labels) in rows.Zip(predicted, (row, labels) => (row.Label.Distinct().ToArray(), labels.Split(' ', StringSplitOptions.RemoveEmptyEntries))))
        {
            right += row.Intersect(labels).Count();
            all += row.Length + labels.Length;
        }
        return 2 * right / all;
    }

    private static string[] Texts(int @class) => @class switch { 0 => ["zero", "small"], 1 => ["odd"], _ => [] };

    private static int[] Numbers(int @class) => [-@class, 7];

    private static KNearestNeighborsMultiLabelTransformer Fit(IDataView data, KNearestNeighborsMultiLabelTrainer.Options options) =>
        Ml.Similarity.Trainers.KNearestNeighborsMultiLabel(options).Fit(data);

    private static string[] Predicted(IDataView output)
    {
        var texts = Examples.KeyTexts(output.Schema, "PredictedLabel");
        return [.. Examples.Vectors<uint>(output, "PredictedLabel").Select(keys => string.Join(' ', keys.Select(key => texts[key - 1])))];
    }

    private static IDataView Data(params (string[] Labels, float Value)[] rows) =>
        Ml.Data.LoadFromEnumerable(rows.Select(row => Examples.At(row.Labels, row.Value, 0, 0)));

    private static IDataView At(params float[] values) => Data([.. values.Select(v => (Array.Empty<string>(), v))]);

    private static IDataView Keys(IDataView data, params string[] values)
    {
        var keys = Ml.Data.LoadFromEnumerable(values.Select(value => new Key { Label = value }));
        return Ml.Transforms.Conversion.MapValueToKey("Label", keyData: keys).Fit(data).Transform(data);
    }

    private static IDataView Without(IDataView data, string column) => Ml.Transforms.DropColumns(column).Fit(data).Transform(data);

    private static void Refused<TException>(Func<object> action, string message)
        where TException : Exception =>
        Assert.That(() => action(), Throws.TypeOf<TException>().With.Message.EqualTo(message));

    private sealed class Key
    {
        public string Label { get; set; } = "";
    }
}
