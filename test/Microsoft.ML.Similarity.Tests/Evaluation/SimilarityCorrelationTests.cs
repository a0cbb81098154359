using Microsoft.ML.Similarity.Evaluation;

namespace Microsoft.ML.Similarity.Tests.Evaluation;

public sealed class SimilarityCorrelationTests
{
    private readonly MLContext _ml = new(1);

    private sealed class Pair
    {
        public float Label { get; set; }

        public float Score { get; set; }

        public string Text { get; set; } = "";
    }

    [Test]
    public void Correlations_equal_the_reference()
    {
        var data = Pairs([.. GoldenPairMetrics.Singles("goldScores").Zip(GoldenPairMetrics.Singles("scores"))]);
        var metrics = _ml.Similarity.EvaluateSimilarity(data);
        Assert.That(metrics.SpearmanCorrelation, Is.EqualTo(GoldenPairMetrics.Number("spearman")).Within(1e-12));
        Assert.That(metrics.PearsonCorrelation, Is.EqualTo(GoldenPairMetrics.Number("pearson")).Within(1e-12));
        Assert.That(metrics.RowCount, Is.EqualTo(80));
    }

    [Test]
    public void Ranks_equal_a_count_of_smaller_and_equal_values([Values(2, 5, 1000)] int levels)
    {
        var random = new Random(levels);
        var values = Enumerable.Range(0, 50).Select(_ => (float)random.Next(levels)).ToArray();
        Assert.That(Correlation.Ranks(values),
            Is.EqualTo(values.Select(x => values.Count(y => y < x) + (values.Count(y => y == x) + 1) / 2d)));
    }

    [Test]
    public void Correlations_are_1_for_a_line_and_ranks_need_no_line()
    {
        var metrics = _ml.Similarity.EvaluateSimilarity(Pairs((1, 1e30f), (2, 2e30f), (3, 3e30f)));
        Assert.That(metrics.PearsonCorrelation, Is.EqualTo(1).Within(1e-7));
        metrics = _ml.Similarity.EvaluateSimilarity(Pairs((1, 0), (2, -1), (3, -1000)));
        Assert.That(metrics.SpearmanCorrelation, Is.EqualTo(-1).Within(1e-15));
        Assert.That(metrics.PearsonCorrelation, Is.GreaterThan(-0.9));
    }

    [Test]
    public void A_constant_column_has_no_correlation()
    {
        foreach (var data in new[] { Pairs((0.1f, 1), (0.1f, 2), (0.1f, 3)), Pairs((1, 0.1f), (2, 0.1f), (3, 0.1f)) })
        {
            var metrics = _ml.Similarity.EvaluateSimilarity(data);
            Assert.That(metrics.SpearmanCorrelation, Is.NaN);
            Assert.That(metrics.PearsonCorrelation, Is.NaN);
        }
    }

    [Test]
    public void Rows_left_out_are_counted()
    {
        var metrics = _ml.Similarity.EvaluateSimilarity(Pairs((1, 1), (float.NaN, 2), (2, float.NaN), (3, float.PositiveInfinity), (4, 2)));
        Assert.That((metrics.RowCount, metrics.SkippedCount), Is.EqualTo((2L, 3L)));
        Assert.That(metrics.ToString(), Is.EqualTo("Spearman 1.0000, Pearson 1.0000, rows 2, 3 with an invalid label or score left out"));
    }

    [Test]
    public void Unusable_data_is_named()
    {
        Assert.That(() => _ml.Similarity.EvaluateSimilarity(Pairs((1, 1), (2, float.NaN))), Throws.InvalidOperationException
            .With.Message.EqualTo("A correlation needs at least 2 rows; the data has 1, without the 1 left out because their label or score is NaN or infinite."));
        Assert.That(() => _ml.Similarity.EvaluateSimilarity(Pairs((1, 1)), "Gold"), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("Could not find the label column 'Gold' in the input schema. (Parameter 'inputSchema')"));
        Assert.That(() => _ml.Similarity.EvaluateSimilarity(Pairs((1, 1)), "Text"), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("Schema mismatch for label column 'Text': expected Single, got String. (Parameter 'inputSchema')"));
        Assert.That(() => _ml.Similarity.EvaluateSimilarity(Pairs((1, 1)), "Label", "Text"), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("Schema mismatch for score column 'Text': expected Single, got String. (Parameter 'inputSchema')"));
    }

    private IDataView Pairs(params (float Label, float Score)[] pairs) =>
        _ml.Data.LoadFromEnumerable(pairs.Select(x => new Pair { Label = x.Label, Score = x.Score }));
}
