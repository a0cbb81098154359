using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Evaluation;

namespace Microsoft.ML.Similarity.Tests.Evaluation;

public sealed class EvaluateFewShotTests
{
    private readonly MLContext _ml = new(1);

    private sealed class Row
    {
        public string Label { get; set; } = "";

        [VectorType(2)]
        public float[] Embedding { get; set; } = [];
    }

    [Test]
    public void Separate_classes_are_always_right()
    {
        var metrics = _ml.Similarity.EvaluateFewShot(Lines(6, 16, (c, i) => (c, i / 100f)));
        Assert.That(metrics.Accuracy, Is.EqualTo(1));
        Assert.That(metrics.AccuracyConfidenceInterval, Is.Zero);
        Assert.That((metrics.EpisodeCount, metrics.ClassCount, metrics.SmallClassCount), Is.EqualTo((600, 6, 0)));
        Assert.That(metrics.ToString(), Is.EqualTo("accuracy 1.0000 ± 0.0000, episodes 600, classes 6, left out 0 classes and 0 rows"));
    }

    [Test]
    public void Equal_embeddings_are_right_by_chance()
    {
        var metrics = _ml.Similarity.EvaluateFewShot(Lines(6, 16, (_, _) => (1, 1)));
        Assert.That(metrics.Accuracy, Is.EqualTo(0.2).Within(1e-12));
        Assert.That(metrics.AccuracyStandardDeviation, Is.Zero.Within(1e-12));
    }

    // The classes a = {0, 0, 3} and b = {4, 4, 4} with 2 shots: the prototype of a is 0 or 1.5, and the query 3 is nearer to 4.
    // One of the three queries of a is wrong, a third of all episodes, which then have 1 of 2 queries right.
    [Test]
    public void The_nearest_mean_decides()
    {
        var data = Rows(("a", 0, 0), ("a", 0, 0), ("a", 3, 0), ("b", 4, 0), ("b", 4, 0), ("b", 4, 0));
        var metrics = _ml.Similarity.EvaluateFewShot(data, ways: 2, shots: 2, queries: 1, episodes: 20_000, seed: 5);
        var deviation = Math.Sqrt(2d / 9) / 2;
        Assert.That(metrics.Accuracy, Is.EqualTo(5d / 6).Within(4 * deviation / Math.Sqrt(20_000)));
        Assert.That(metrics.AccuracyStandardDeviation, Is.EqualTo(deviation).Within(0.005));
        Assert.That(metrics.AccuracyConfidenceInterval, Is.EqualTo(1.96 * metrics.AccuracyStandardDeviation / Math.Sqrt(20_000)).Within(1e-15));
    }

    [Test]
    public void The_mean_and_its_deviation_are_those_of_the_episodes()
    {
        var metrics = new FewShotMetrics([0.5, 0.75, 1, 0.75]);
        Assert.That(metrics.Accuracy, Is.EqualTo(0.75));
        Assert.That(metrics.AccuracyStandardDeviation, Is.EqualTo(Math.Sqrt(0.125 / 3)).Within(1e-15));
    }

    [Test]
    public void The_seed_decides()
    {
        var random = new Random(3);
        var data = Lines(8, 20, (c, _) => (c + 3 * random.NextSingle(), random.NextSingle()));
        var first = Accuracy(2);
        Assert.That(Accuracy(2), Is.EqualTo(first));
        Assert.That(Accuracy(3), Is.Not.EqualTo(first));
        Assert.That(Accuracy(null), Is.EqualTo(Accuracy(1)), "the context's seed");
        Assert.That(first, Is.InRange(0.25, 0.95));

        double Accuracy(int? seed) => _ml.Similarity.EvaluateFewShot(data, episodes: 50, seed: seed).Accuracy;
    }

    [Test]
    public void Draws_are_different_numbers_and_every_order_is_as_likely()
    {
        var random = new Random(4);
        var counts = Enumerable.Range(0, 24_000).Select(_ => string.Join(' ', FewShotEvaluator.Draw(random, 3, 4))).CountBy(x => x).ToArray();
        Assert.That(counts, Has.Length.EqualTo(24));
        Assert.That(counts.All(x => x.Key.Distinct().Count() == 4), "three digits and the space");
        Assert.That(counts.Select(x => x.Value), Is.All.InRange(850, 1150));
    }

    [Test]
    public void Rows_and_classes_left_out_are_counted()
    {
        var metrics = _ml.Similarity.EvaluateFewShot(
            Rows(("a", 0, 0), ("a", 0, 1), ("b", 9, 0), ("b", 9, 1), ("", 1, 1), ("c", 1, 1), ("c", 1, float.NaN)), ways: 2, queries: 1);
        Assert.That((metrics.ClassCount, metrics.SmallClassCount, metrics.MissingLabelCount, metrics.InvalidEmbeddingCount), Is.EqualTo((2, 1, 1L, 1L)));
        Assert.That(metrics.Accuracy, Is.EqualTo(1));
    }

    [Test]
    public void Too_few_classes_or_rows_are_named()
    {
        var data = Rows(("a", 0, 0), ("a", 0, 1), ("b", 9, 0), ("b", 9, 1), ("", 1, 1), ("c", 1, 1), ("c", 1, float.NaN));
        Assert.That(() => _ml.Similarity.EvaluateFewShot(data, ways: 3, queries: 1), Throws.InvalidOperationException
            .With.Message.EqualTo("Episodes of 3 ways, 1 shots and 1 queries need at least 3 classes of at least 2 rows; of the 3 classes 2 have as many. "
                + "Rows left out for a missing label: 1, for an embedding that is not finite: 1."));
        Assert.That(() => _ml.Similarity.EvaluateFewShot(data, ways: 2, shots: int.MaxValue, queries: int.MaxValue), Throws.InvalidOperationException
            .With.Message.Contains("2 classes of at least 4294967294 rows; of the 3 classes 0 have as many."));
    }

    [Test]
    public void Wrong_options_and_columns_are_named()
    {
        var data = Rows(("a", 0, 0));
        AssertRefused(() => _ml.Similarity.EvaluateFewShot(data, ways: 1), "The number of ways is 1; it must be at least 2. (Parameter 'ways')");
        AssertRefused(() => _ml.Similarity.EvaluateFewShot(data, shots: 0), "The number of shots is 0; it must be at least 1. (Parameter 'shots')");
        AssertRefused(() => _ml.Similarity.EvaluateFewShot(data, queries: 0), "The number of queries is 0; it must be at least 1. (Parameter 'queries')");
        AssertRefused(() => _ml.Similarity.EvaluateFewShot(data, episodes: 1), "The number of episodes is 1; it must be at least 2. (Parameter 'episodes')");
        AssertRefused(() => _ml.Similarity.EvaluateFewShot(data, "Class"), "Could not find the label column 'Class' in the input schema. (Parameter 'inputSchema')");
        AssertRefused(() => _ml.Similarity.EvaluateFewShot(data, "Label", "Label"),
            "Schema mismatch for embedding column 'Label': expected Vector<Single>, got String. (Parameter 'inputSchema')");

        static void AssertRefused(Func<FewShotMetrics> evaluate, string message) =>
            Assert.That(evaluate, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.EqualTo(message));
    }

    private IDataView Lines(int classes, int size, Func<int, int, (float X, float Y)> point) =>
        Rows([.. Enumerable.Range(0, classes * size).Select(i => ($"c{i % classes}", point(i % classes, i / classes).X, point(i % classes, i / classes).Y))]);

    private IDataView Rows(params (string Label, float X, float Y)[] rows) =>
        _ml.Data.LoadFromEnumerable(rows.Select(r => new Row { Label = r.Label, Embedding = [r.X, r.Y] }));
}
