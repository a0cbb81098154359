using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Tests.Contract;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

/// <summary>What the options of the index do in ML.NET's stages.</summary>
public sealed class SearchModeTests
{
    private const int Neighbors = 10;

    private static readonly MLContext Ml = new(seed: 1);
    private static readonly IDataView References = Ml.Data.LoadFromEnumerable(Vectors(4000, seed: 1));
    private static readonly IDataView Queries = Ml.Data.LoadFromEnumerable(Vectors(300, seed: 2));

    [Test]
    public void Exact_search_is_the_default_and_has_no_measured_recall()
    {
        var model = Search(o => { });
        Assert.That(model.SearchMode, Is.EqualTo(SearchMode.Exact));
        Assert.That((model.Statistics.Search, model.Statistics.Rows, model.Statistics.GraphBytes), Is.EqualTo(((CalibratedSearch?)null, 4000, 0L)));
    }

    [TestCase(0.9, GraphCodes.PrincipalBytes)]
    [TestCase(0.99, GraphCodes.Bytes)]
    [TestCase(0.99, GraphCodes.Vectors)]
    public void A_graph_reaches_the_recall_asked_for_and_tells_what_was_measured(double target, GraphCodes codes)
    {
        var model = Search(o => o.SearchMode = SearchMode.Approximate(target, codes));
        var search = model.Statistics.Search!;
        Assert.That((search.TargetRecall, model.SearchMode), Is.EqualTo((target, SearchMode.Approximate(target, codes))));
        Assert.That(search.MeasuredRecall, Is.InRange(target - 0.005, 1));
        Assert.That(model.Statistics.GraphBytes, Is.GreaterThan(0));
        Assert.That(Recall(model), Is.GreaterThanOrEqualTo(target - 0.02));

        var loaded = (NearestNeighborsTransformer)EstimatorContract.SaveAndLoad(Ml, model, References.Schema, out _);
        Assert.That((loaded.Statistics.Search, loaded.SearchMode), Is.EqualTo((search, model.SearchMode)));
        Assert.That(Rows(loaded), Is.EqualTo(Rows(model)));
    }

    [Test]
    public void Few_rows_are_searched_exactly_where_the_choice_is_left_to_the_index()
    {
        var model = Search(o => o.SearchMode = SearchMode.Automatic(0.95));
        Assert.That((model.Statistics.Search, model.SearchMode), Is.EqualTo(((CalibratedSearch?)null, SearchMode.Automatic(0.95))));
        Assert.That(Recall(model), Is.EqualTo(1));
    }

    [Test]
    public void Classification_and_regression_take_the_mode_too()
    {
        var mode = SearchMode.Approximate(0.95, GraphCodes.Bytes);
        var classifier = Ml.MulticlassClassification.Trainers.KNearestNeighbors(
            new KNearestNeighborsMulticlassTrainer.Options { SearchMode = mode, NumberOfThreads = 1 }).Fit(References);
        var regression = Ml.Regression.Trainers.KNearestNeighbors(
            new KNearestNeighborsRegressionTrainer.Options { LabelColumnName = "Target", SearchMode = mode }).Fit(References);
        Assert.That(new NeighborTransformer[] { classifier, regression }.Select(m => m.Statistics.Search!.TargetRecall), Is.All.EqualTo(0.95));
        var exact = Ml.MulticlassClassification.Trainers.KNearestNeighbors().Fit(References);
        var agreement = Examples.Column<uint>(classifier.Transform(Queries), "PredictedLabel")
            .Zip(Examples.Column<uint>(exact.Transform(Queries), "PredictedLabel"), (a, b) => a == b).Average(same => same ? 1.0 : 0);
        Assert.That(agreement, Is.GreaterThan(0.97));
        Assert.That(exact.Transform(References).GetColumn<uint>("PredictedLabel").Count(), Is.EqualTo(4000));
    }

    [Test]
    public void The_contract_holds_with_a_graph() => EstimatorContract.Check(
        Ml,
        Ml.Similarity.Transforms.NearestNeighbors(new NearestNeighborsEstimator.Options
        {
            InputColumnName = "Features",
            Columns = ["Label"],
            RowIdColumnName = "Id",
            SearchMode = SearchMode.Approximate(0.9),
        }),
        Ml.Data.LoadFromEnumerable(Vectors(300, seed: 3)));

    [Test]
    public void The_seed_of_the_context_decides_the_graph()
    {
        byte[] Saved(int seed)
        {
            var ml = new MLContext(seed);
            var model = Search(o => o.SearchMode = SearchMode.Approximate(0.9), ml);
            using var stream = new MemoryStream();
            model.Model.Set.Index.Save(file => file.Write(stream));
            return stream.ToArray();
        }

        var one = Saved(1);
        Assert.That(Saved(1), Is.EqualTo(one));
        Assert.That(Saved(2), Is.Not.EqualTo(one));
    }

    [Test]
    public void Options_out_of_range_are_refused()
    {
        Assert.That(() => Search(o => o.SearchMode = null!), Throws.ArgumentNullException.With.Message.Contains("SearchMode"));
        Assert.That(() => Search(o => o.NumberOfThreads = 0), Throws.InstanceOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("NumberOfThreads is 0; it must be at least 1."));
    }

    [Test]
    public void Prediction_engines_on_many_threads_share_one_index()
    {
        // 40,000 rows of 256 values: 41 MB of vectors, and codes.
        var random = new Random(5);
        var rows = Enumerable.Range(0, 40_000).Select(i => new Wide
        {
            Label = i % 10,
            Features = [.. Enumerable.Range(0, 256).Select(_ => random.NextSingle())],
        }).ToArray();
        var model = Ml.MulticlassClassification.Trainers.KNearestNeighbors().Fit(Ml.Data.LoadFromEnumerable(rows));
        var expected = Examples.Vectors<float>(model.Transform(Ml.Data.LoadFromEnumerable(rows.Take(64))), "Score");
        rows = rows[..64];
        GC.Collect();
        var (before, managed) = (Environment.WorkingSet, GC.GetTotalMemory(forceFullCollection: true));

        var engines = Enumerable.Range(0, 16).Select(_ => Ml.Model.CreatePredictionEngine<Wide, Prediction>(
            model, new PredictionEngineOptions { OwnsTransformer = false })).ToArray();
        var found = new float[64][];
        Parallel.For(0, 16, engine =>
        {
            for (var row = engine; row < 64; row += 16)
                found[row] = engines[engine].Predict(rows[row]).Score;
        });
        Assert.That(found, Is.EqualTo(expected));
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - managed, Is.LessThan(4 << 20), "managed memory of 16 engines");
        Assert.That(Environment.WorkingSet - before, Is.LessThan(32 << 20), "memory of 16 engines, less than one more index");
        foreach (var engine in engines)
            engine.Dispose();
        Assert.That(Examples.Vectors<float>(model.Transform(Ml.Data.LoadFromEnumerable(rows)), "Score"), Is.EqualTo(expected), "after the engines are disposed of");
    }

    private static double Recall(NearestNeighborsTransformer model)
    {
        var exact = Rows(Search(o => { }));
        return Rows(model).Zip(exact, (found, wanted) => found.Intersect(wanted).Count() / (double)Neighbors).Average();
    }

    private static long[][] Rows(NearestNeighborsTransformer model) => Examples.Vectors<long>(model.Transform(Queries), "NeighborRow");

    private static NearestNeighborsTransformer Search(Action<NearestNeighborsEstimator.Options> change, MLContext? ml = null)
    {
        var options = new NearestNeighborsEstimator.Options { InputColumnName = "Features", NumberOfNeighbors = Neighbors };
        change(options);
        return (ml ?? Ml).Similarity.Transforms.NearestNeighbors(options).Fit(References);
    }

    private static Row[] Vectors(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var label = random.Next(7);
            return new Row
            {
                Label = label,
                Id = $"{i}",
                Target = label,
                Features = [.. Enumerable.Range(0, 24).Select(d => (label * (d + 3) % 7) + random.NextSingle())],
            };
        })];
    }

    private sealed class Row
    {
        public int Label { get; set; }

        public string Id { get; set; } = "";

        public float Target { get; set; }

        [VectorType(24)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Wide
    {
        public int Label { get; set; }

        [VectorType(256)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Prediction
    {
        public float[] Score { get; set; } = [];
    }
}
