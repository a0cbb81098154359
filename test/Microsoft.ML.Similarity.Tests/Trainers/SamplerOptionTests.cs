using Microsoft.ML.Similarity.Sampling;
using Microsoft.ML.Similarity.Tests.Trainers.Pairs;
using Microsoft.ML.Similarity.Tests.Training;
using Microsoft.ML.Similarity.Trainers;

namespace Microsoft.ML.Similarity.Tests.Trainers;

public sealed class SamplerOptionTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly IDataView Data = Rows(1);

    [Test]
    public void Every_sampler_for_labelled_rows_trains()
    {
        Sampler[] samplers =
        [
            new ClassSampler(), new ShuffleSampler(), new CategorySampler { RowsPerClass = 4 }, new WeightedSampler(),
            new DistributedSampler { Inner = new CategorySampler { RowsPerClass = 4 }, WorldSize = 2, Rank = 1 },
        ];
        foreach (var sampler in samplers)
        {
            var model = Fast.Fit(Ml, Data, o => (o.Sampler, o.CategoryColumnName, o.ExampleWeightColumnName) = (sampler, "Category", "Weight"));
            Assert.That(model.Summary.Epochs.Select(epoch => epoch.Loss), Is.All.GreaterThan(0), $"{sampler}");
        }
    }

    [Test]
    public void Batches_of_a_category_have_negatives_of_that_category_only()
    {
        var model = Fast.Fit(Ml, Data, o =>
        {
            o.Sampler = new CategorySampler { RowsPerClass = 4 };
            o.CategoryColumnName = "Category";
            o.ValidationFraction = 0;
        });
        var apart = Fast.Fit(Ml, Data, o => (o.Sampler, o.ValidationFraction) = (new ClassSampler { RowsPerClass = 4 }, 0));
        Assert.That(model.Summary.Epochs[0].MeanNegativeDistance, Is.Not.EqualTo(apart.Summary.Epochs[0].MeanNegativeDistance));
        Assert.That(model.Summary.TrainingRows, Is.EqualTo(apart.Summary.TrainingRows));
    }

    [Test]
    public void A_weighted_sampler_never_draws_rows_of_weight_0()
    {
        Assert.That(Trained(Rows(1)), Is.EqualTo(Trained(Rows(5))), "the rows of weight 0 are others");

        static int[] Trained(IDataView data) => Fast.WeightBits(Fast.Fit(Ml, data, o =>
        {
            o.Encoder = o.Encoder with { StandardizeInputs = false };
            o.Sampler = new WeightedSampler();
            o.ExampleWeightColumnName = "Weight";
            o.ValidationFraction = 0;
        }));
    }

    [Test]
    public void Classes_can_be_balanced()
    {
        var even = Fast.Fit(Ml, Data, o => o.ClassBalance = 1);
        Assert.That(Fast.WeightBits(even), Is.EqualTo(Fast.WeightBits(Fast.Fit(Ml, Data))), "all classes are of one size");
        var rows = TrainingData.Blobs().Where((row, i) => row.Label != "class 0" || i % 3 == 0).ToArray();
        var uneven = TrainingData.View(Ml, rows);
        Assert.That(Fast.WeightBits(Fast.Fit(Ml, uneven, o => o.ClassBalance = 1)), Is.Not.EqualTo(Fast.WeightBits(Fast.Fit(Ml, uneven))));
        Assert.That(Fast.Fit(Ml, uneven, o => (o.ClassBalance, o.Sampler) = (0.5, new WeightedSampler())).Summary.StopReason, Is.EqualTo(Similarity.Training.StopReason.Completed));
    }

    [Test]
    public void Every_sampler_for_pairs_trains()
    {
        var pairs = ExamplePairs.View(Ml, [.. ExamplePairs.Of(TrainingData.Digits, 60).Select(pair => (pair.Margin = 1, pair).pair)]);
        foreach (var sampler in new Sampler[] { new ShuffleSampler(), new NoDuplicatesSampler(), new WeightedSampler(), new DistributedSampler { WorldSize = 2 } })
        {
            var model = PairTrainers.Create(Ml, "RankedPairs", change: o => (o.Sampler, o.ExampleWeightColumnName) = (sampler, "Margin")).Fit(pairs);
            Assert.That(model.Summary.Epochs, Has.Count.EqualTo(3), $"{sampler}");
        }
    }

    [Test]
    public void Samplers_that_need_what_is_not_there_are_refused()
    {
        Refused(o => o.Sampler = new NoDuplicatesSampler(), "Sampler is a NoDuplicatesSampler, which needs items, but labelled rows are not made of items.");
        Refused(o => o.Sampler = new CategorySampler(), "Sampler is a CategorySampler, which needs categories, but CategoryColumnName is null.");
        Refused(o => o.Sampler = new WeightedSampler(), "Sampler is a WeightedSampler, which needs weights, but ExampleWeightColumnName is null and ClassBalance 0.");
        RefusedForPairs(new ClassSampler(), "Sampler is a ClassSampler, which needs classes, but pairs have none.");
        RefusedForPairs(new DistributedSampler { Inner = new WeightedSampler() }, "Sampler is a DistributedSampler, which needs weights, but ExampleWeightColumnName is null.");
        Assert.That(
            () => Fast.Fit(Ml, Data, o => o.CategoryColumnName = "Weight"),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith("Schema mismatch for category column 'Weight': expected Key, String, an integer type or Boolean, got Single."));
        Assert.That(
            () => Fast.Fit(Ml, Data, o => o.ClassBalance = 1.5), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("ClassBalance must be "));

        static void Refused(Action<MetricLearningTrainer.Options> change, string message) => Assert.That(
            () => Ml.Similarity.Trainers.MetricLearning(Fast.Options(change)), Throws.ArgumentException.With.Message.EqualTo($"{message} (Parameter 'Sampler')"));

        static void RefusedForPairs(Sampler sampler, string message) => Assert.That(
            () => PairTrainers.Create(Ml, "RankedPairs", change: o => o.Sampler = sampler), Throws.ArgumentException.With.Message.EqualTo($"{message} (Parameter 'Sampler')"));
    }

    // Two of the four classes weigh nothing; these are scaled.
    private static IDataView Rows(float scale) => Ml.Data.LoadFromEnumerable(TrainingData.Blobs().Select(row => new Row
    {
        Label = row.Label,
        Category = row.Label[^1] < '2' ? "low" : "high",
        Weight = row.Label[^1] < '2' ? 1 : 0,
        Features = row.Label[^1] < '2' ? row.Features : Array.ConvertAll(row.Features, x => x * scale),
    }), Schema());

    private static Microsoft.ML.Data.SchemaDefinition Schema()
    {
        var schema = Microsoft.ML.Data.SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new Microsoft.ML.Data.VectorDataViewType(Microsoft.ML.Data.NumberDataViewType.Single, 6);
        return schema;
    }

    private sealed class Row
    {
        public string Label { get; set; } = "";

        public string Category { get; set; } = "";

        public float Weight { get; set; }

        public float[] Features { get; set; } = [];
    }
}
