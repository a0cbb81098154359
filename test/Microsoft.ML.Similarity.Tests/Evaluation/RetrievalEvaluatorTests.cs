using Microsoft.ML.Similarity.Evaluation;
using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Tests.Evaluation;

public sealed class RetrievalEvaluatorTests
{
    private static readonly int[] Cutoffs = [1, 2, 5, 10, 1000];

    [Test]
    public void Leave_one_out_equals_brute_force_with_many_ties(
        [Values] NeighborMetric metric, [Values(1, 3, 17)] int dimension, [Values(2, 40)] int classes)
    {
        var (rows, labels) = Generate(seed: 1, count: 150, dimension, classes, metric);
        var expected = new BruteForceRetrieval(rows, labels, rows, labels, leaveOneOut: true, DistanceOf(metric));
        AssertEqual(RetrievalEvaluator.LeaveOneOut(Pack(rows, labels), metric, Cutoffs), expected);
    }

    [Test]
    public void Query_against_reference_equals_brute_force_with_many_ties([Values] NeighborMetric metric, [Values(1, 37)] int references)
    {
        var (rows, labels) = Generate(seed: 2, count: 90, dimension: 4, classes: 6, metric);
        var (others, otherLabels) = Generate(seed: 3, references, dimension: 4, classes: 6, metric);
        otherLabels[0] = labels[0];
        var expected = new BruteForceRetrieval(rows, labels, others, otherLabels, leaveOneOut: false, DistanceOf(metric));
        AssertEqual(RetrievalEvaluator.QueryAgainstReference(Pack(rows, labels), Pack(others, otherLabels), metric, Cutoffs), expected);
    }

    [Test]
    public void Long_rows_equal_brute_force([Values(127, 128, 129, 700)] int dimension)
    {
        var (rows, labels) = Generate(seed: 4, count: 50, dimension, classes: 3, NeighborMetric.Euclidean);
        var expected = new BruteForceRetrieval(rows, labels, rows, labels, leaveOneOut: true, BruteForceRetrieval.SquaredEuclidean);
        AssertEqual(RetrievalEvaluator.LeaveOneOut(Pack(rows, labels), cutoffs: Cutoffs), expected);
    }

    // Scratch memory that grows from query to query fits each.
    [Test]
    public void Classes_of_every_size_in_ascending_order_equal_brute_force()
    {
        var labels = Enumerable.Range(0, 12).SelectMany(size => Enumerable.Repeat(size, size)).ToArray();
        var random = new Random(8);
        var rows = labels.Select(_ => new float[] { random.Next(20), random.Next(20) }).ToArray();
        var expected = new BruteForceRetrieval(rows, labels, rows, labels, leaveOneOut: true, BruteForceRetrieval.SquaredEuclidean);
        AssertEqual(RetrievalEvaluator.LeaveOneOut(Pack(rows, labels), cutoffs: Cutoffs, threads: 1), expected);
    }

    // So many references that blocks of queries are smaller, and end within these; not within a third of them.
    [Test]
    public void The_size_of_blocks_changes_nothing()
    {
        var random = new Random(5);
        float[][] rows = [.. Enumerable.Range(0, 180_000).Select(_ => new[] { random.NextSingle(), random.NextSingle() })];
        int[] labels = [.. rows.Select(_ => random.Next(1000))];
        var references = Pack(rows, labels);
        RetrievalMetrics evaluate(int start, int end) => RetrievalEvaluator.QueryAgainstReference(Pack(rows[start..end], labels[start..end]), references);
        var expected = new[] { 0, 15, 30 }.Average(start => evaluate(start, start + 15).MeanAveragePrecision);
        Assert.That(evaluate(0, 45).MeanAveragePrecision, Is.EqualTo(expected).Within(1e-12));
    }

    [Test]
    public void Distances_crowded_beside_an_outlier_are_still_ranked()
    {
        var random = new Random(6);
        var rows = Enumerable.Range(0, 300).Select(i => new[] { i == 0 ? 63f : random.Next(64) / 64f }).ToArray();
        var labels = rows.Select((_, i) => i % 2).ToArray();
        var expected = new BruteForceRetrieval(rows, labels, rows, labels, leaveOneOut: true, BruteForceRetrieval.SquaredEuclidean);
        AssertEqual(RetrievalEvaluator.LeaveOneOut(Pack(rows, labels), cutoffs: Cutoffs), expected);
    }

    [TestCase(1e-42f)]
    [TestCase(1e-30f)]
    [TestCase(1e30f)]
    [TestCase(3e38f)]
    public void Neither_large_nor_tiny_values_blur_the_order(float largest)
    {
        float[][] rows = [[0], [largest / 8], [largest / 2], [largest * 0.75f], [-largest]];
        int[] labels = [0, 0, 1, 1, 0];
        foreach (var metric in new[] { NeighborMetric.Euclidean, NeighborMetric.InnerProduct })
        {
            var expected = new BruteForceRetrieval(rows, labels, rows, labels, leaveOneOut: true, DistanceOf(metric));
            AssertEqual(RetrievalEvaluator.LeaveOneOut(Pack(rows, labels), metric, Cutoffs), expected);
        }
    }

    // The classic |a|² + |b|² - 2ab in float32 makes all of these distances noise.
    [Test]
    public void Nothing_cancels_far_from_the_origin()
    {
        float[][] rows = [[10000, 1], [10000, 1.01f], [10000, 1.03f], [10000, 1.04f]];
        var metrics = RetrievalEvaluator.LeaveOneOut(Pack(rows, [0, 0, 1, 1]));
        Assert.That(metrics.MeanAveragePrecisionAtR, Is.EqualTo(1));
    }

    [Test]
    public void Equal_rows_rank_in_the_order_of_the_data()
    {
        // Every distance is 0. Query 0 sees classes 1, 0: its match has rank 2; query 1 has none; query 2 sees 0, 1.
        var metrics = RetrievalEvaluator.LeaveOneOut(Pack([[3, 4], [3, 4], [3, 4]], [0, 1, 0]));
        Assert.That(metrics.MeanReciprocalRank, Is.EqualTo((0.5 + 1) / 2));
        Assert.That(metrics.UnmatchedQueryCount, Is.EqualTo(1));
    }

    [Test]
    public void A_zero_vector_has_cosine_distance_1_to_every_row()
    {
        // For the query: the opposite row has distance 2, the zero vector 1, the orthogonal row 1, the parallel row 0.
        LabelledRows references(int relevant) => Pack([[-1, 0], [0, 0], [0, 3], [5, 0]], Enumerable.Range(0, 4).Select(i => i == relevant ? 1 : 0));
        double rank(float[] query, int relevant) =>
            1 / RetrievalEvaluator.QueryAgainstReference(Pack([query], [1]), references(relevant), NeighborMetric.Cosine).MeanReciprocalRank;
        Assert.That(Enumerable.Range(0, 4).Select(i => rank([2, 0], i)), Is.EqualTo(new[] { 4d, 2, 3, 1 }));
        Assert.That(Enumerable.Range(0, 4).Select(i => rank([0, 0], i)), Is.EqualTo(new[] { 1d, 2, 3, 4 }));
    }

    [Test]
    public void The_number_of_threads_does_not_change_a_bit([Values] NeighborMetric metric)
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 1000 * 5).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var labels = Enumerable.Range(0, 1000).Select(_ => random.Next(9)).ToArray();
        var rows = new LabelledRows(values, 5, labels);
        var one = RetrievalEvaluator.LeaveOneOut(rows, metric, threads: 1);
        foreach (var threads in new[] { 2, 3, 8, -1 })
        {
            var many = RetrievalEvaluator.LeaveOneOut(rows, metric, threads: threads);
            Assert.That(many.MeanAveragePrecision, Is.EqualTo(one.MeanAveragePrecision));
            Assert.That(many.MeanAveragePrecisionAtR, Is.EqualTo(one.MeanAveragePrecisionAtR));
            Assert.That(many.NdcgAtK[10], Is.EqualTo(one.NdcgAtK[10]));
        }
    }

    [Test]
    public void Rows_without_a_class_or_a_finite_embedding_do_not_take_part()
    {
        float[][] rows = [[0, 0], [float.NaN, 0], [0.1f, 0], [0, float.PositiveInfinity], [0.2f, 0], [float.NaN, 1]];
        var metrics = RetrievalEvaluator.LeaveOneOut(Pack(rows, [0, 0, -1, 1, 0, -1]));
        Assert.That(metrics.QueryCount, Is.EqualTo(2));
        Assert.That(metrics.PrecisionAt1, Is.EqualTo(1));
        Assert.That(metrics.MissingLabelCount, Is.EqualTo(2));
        Assert.That(metrics.InvalidEmbeddingCount, Is.EqualTo(2));
        Assert.That(metrics.UnmatchedQueryCount, Is.Zero);
    }

    [Test]
    public void No_query_to_evaluate_is_an_error()
    {
        Assert.That(
            () => RetrievalEvaluator.LeaveOneOut(Pack([[1], [2], [float.NaN], [4], [5]], [0, 1, 0, -1, -1])),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "No query can be evaluated: at least one must be of a class with another row. Of 5 queries, 2 have no such row; "
                + "rows left out for a missing label: 2, for an embedding that is not finite: 1."));
        Assert.That(
            () => RetrievalEvaluator.QueryAgainstReference(Pack([[1], [2]], [0, 1]), Pack([[float.NaN]], [0])),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "No query can be evaluated: at least one must be of a class with a reference row. Of 2 queries, 2 have no such row; "
                + "rows left out for a missing label: 0, for an embedding that is not finite: 1."));
    }

    [Test]
    public void Wrong_arguments_are_named()
    {
        var rows = Pack([[1], [2]], [0, 0]);
        Assert.That(() => RetrievalEvaluator.LeaveOneOut(rows, cutoffs: [5, 0]),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.EqualTo(
                "A cutoff is 0; every number of neighbours must be at least 1. (Parameter 'cutoffs')"));
        Assert.That(() => RetrievalEvaluator.LeaveOneOut(rows, maximumRank: 0),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.EqualTo(
                "The maximum rank is 0; it must be at least 1, or null for all ranks. (Parameter 'maximumRank')"));
        Assert.That(() => RetrievalEvaluator.LeaveOneOut(rows, (NeighborMetric)7),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.EqualTo(
                "The metric is 7; it must be Euclidean, Cosine or InnerProduct. (Parameter 'metric')"));
        Assert.That(() => RetrievalEvaluator.QueryAgainstReference(rows, Pack([[1, 2]], [0])),
            Throws.ArgumentException.With.Message.EqualTo("The queries have 1 dimensions and the references 2. (Parameter 'references')"));
        Assert.That(() => new LabelledRows(new float[5], 2, new int[2]),
            Throws.ArgumentException.With.Message.EqualTo("2 rows of 2 values need 4 values, got 5. (Parameter 'values')"));
    }

    [Test]
    public void Cancellation_ends_the_work()
    {
        Assert.That(() => RetrievalEvaluator.LeaveOneOut(Pack([[1], [2]], [0, 0]), cancellation: new CancellationToken(true)),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void The_text_names_every_metric_and_what_was_left_out()
    {
        var metrics = RetrievalEvaluator.LeaveOneOut(Pack([[0], [1], [3], [4], [9], [7], [float.NaN]], [0, 0, 1, 1, 2, -1, 0]), cutoffs: [2, 1, 2]);
        Assert.That(metrics.ToString(), Is.EqualTo(
            "P@1 1.0000, R-precision 1.0000, MAP@R 1.0000, MAP 1.0000, MRR 1.0000, recall@1 1.0000, recall@2 1.0000, NDCG@1 1.0000, NDCG@2 1.0000, "
            + "queries 4, 1 without a match left out, 1 without a label left out, 1 with an invalid embedding left out"));
    }

    /// <summary>Few distinct rows, classes of very different sizes, some of a single row.</summary>
    private static (float[][] Rows, int[] Labels) Generate(int seed, int count, int dimension, int classes, NeighborMetric metric)
    {
        var random = new Random(seed);
        // Sums of such products are exact in float32, so equal distances are equal in both computations. Cosines are not:
        // there only equal rows tie.
        float[] row() => [.. Enumerable.Range(0, dimension).Select(_ => metric == NeighborMetric.Cosine ? random.NextSingle() - 0.5f : random.Next(-2, 3) / 4f)];
        float[][] distinct = [new float[dimension], .. Enumerable.Range(0, count / 3).Select(_ => row())];
        var rows = Enumerable.Range(0, count).Select(_ => distinct[random.Next(distinct.Length)]).ToArray();
        var labels = rows.Select(_ => (int)(classes * Math.Pow(random.NextDouble(), 2))).ToArray();
        return (rows, labels);
    }

    private static Func<float[], float[], double> DistanceOf(NeighborMetric metric) => metric switch
    {
        NeighborMetric.Euclidean or NeighborMetric.SquaredEuclidean => BruteForceRetrieval.SquaredEuclidean,
        NeighborMetric.Cosine => BruteForceRetrieval.Cosine,
        _ => BruteForceRetrieval.NegatedInnerProduct,
    };

    private static LabelledRows Pack(IEnumerable<float[]> rows, IEnumerable<int> labels) =>
        new(rows.SelectMany(x => x).ToArray(), rows.First().Length, labels.ToArray());

    private static void AssertEqual(RetrievalMetrics actual, BruteForceRetrieval expected)
    {
        const double tolerance = 1e-12;
        Assert.Multiple(() =>
        {
            Assert.That(actual.QueryCount, Is.EqualTo(expected.Queries));
            Assert.That(actual.UnmatchedQueryCount, Is.EqualTo(expected.Unmatched));
            Assert.That(actual.PrecisionAt1, Is.EqualTo(expected.PrecisionAt1).Within(tolerance));
            Assert.That(actual.RPrecision, Is.EqualTo(expected.RPrecision).Within(tolerance));
            Assert.That(actual.MeanAveragePrecisionAtR, Is.EqualTo(expected.MeanAveragePrecisionAtR).Within(tolerance));
            Assert.That(actual.MeanAveragePrecision, Is.EqualTo(expected.MeanAveragePrecision).Within(tolerance));
            Assert.That(actual.MeanReciprocalRank, Is.EqualTo(expected.MeanReciprocalRank).Within(tolerance));
            Assert.That(actual.RecallAtK.Keys, Is.EqualTo(Cutoffs));
            Assert.That(actual.NdcgAtK.Keys, Is.EqualTo(Cutoffs));
            foreach (var k in Cutoffs)
            {
                Assert.That(actual.RecallAtK[k], Is.EqualTo(expected.RecallAt(k)).Within(tolerance), $"recall@{k}");
                Assert.That(actual.NdcgAtK[k], Is.EqualTo(expected.NdcgAt(k)).Within(tolerance), $"NDCG@{k}");
            }
        });
    }
}
