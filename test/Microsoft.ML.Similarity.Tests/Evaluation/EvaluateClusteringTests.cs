using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Evaluation;

namespace Microsoft.ML.Similarity.Tests.Evaluation;

public sealed class EvaluateClusteringTests
{
    private readonly MLContext _ml = new(1);

    private sealed class Row
    {
        public string Label { get; set; } = "";

        [VectorType(2)]
        public float[] Embedding { get; set; } = [];
    }

    [Test]
    public void Separate_classes_are_found([Values(1, 2, 3)] int seed)
    {
        var metrics = _ml.Similarity.EvaluateClustering(Blobs(8, 25), seed: seed);
        Assert.That(metrics.NormalizedMutualInformation, Is.EqualTo(1));
        Assert.That(metrics.AdjustedMutualInformation, Is.EqualTo(1));
        Assert.That(metrics.AdjustedRandIndex, Is.EqualTo(1));
        Assert.That((metrics.ClusterCount, metrics.RowCount), Is.EqualTo((8, 200L)));
        Assert.That(metrics.ToString(), Is.EqualTo("NMI 1.0000, AMI 1.0000, ARI 1.0000, clusters 8, rows 200, left out 0"));
    }

    // The least sum of squares over all ways to part the rows, which 10 starts find for so few of them.
    [Test]
    public void Clusters_are_the_best_of_all_partitions([Values(1, 2, 3, 4, 5)] int seed)
    {
        var random = new Random(seed);
        var points = Enumerable.Range(0, 9).Select(_ => (X: random.NextSingle(), Y: random.NextSingle())).ToArray();
        var best = Enumerable.Range(0, (int)Math.Pow(3, points.Length)).Min(code => SumOfSquares(points, [.. points.Select((_, i) => code / (int)Math.Pow(3, i) % 3)]));
        var clusters = KMeans.Cluster(Usable(points), 3, seed);
        Assert.That(SumOfSquares(points, clusters), Is.EqualTo(best).Within(1e-9));
    }

    [Test]
    public void Every_row_is_nearest_to_its_own_mean()
    {
        var random = new Random(7);
        var points = Enumerable.Range(0, 2000).Select(_ => (X: random.NextSingle(), Y: random.NextSingle())).ToArray();
        var clusters = KMeans.Cluster(Usable(points), 40, 3);
        var means = Enumerable.Range(0, 40).Select(c => Mean(points, clusters, c)).ToArray();
        Assert.That(points.Select(p => means.MinBy(m => Square(p, m))), Is.EqualTo(clusters.Select(c => means[c])));
        Assert.That(KMeans.Cluster(Usable(points), 40, 3), Is.EqualTo(clusters));
        Assert.That(KMeans.Cluster(Usable(points), 40, 4), Is.Not.EqualTo(clusters));
    }

    [Test]
    public void Fewer_different_rows_than_clusters_make_fewer_clusters()
    {
        var data = Rows(("a", 1, 0), ("a", 1, 0), ("b", 2, 0), ("c", 2, 0));
        var metrics = _ml.Similarity.EvaluateClustering(data);
        Assert.That(metrics.ClusterCount, Is.EqualTo(2));
        Assert.That(_ml.Similarity.EvaluateClustering(data, numberOfClusters: 1).NormalizedMutualInformation, Is.Zero);
    }

    [Test]
    public void Values_at_the_ends_of_the_range_are_clustered()
    {
        foreach (var scale in new[] { 1e38f, 1e-38f })
        {
            var metrics = _ml.Similarity.EvaluateClustering(Rows(("a", scale, 0), ("a", scale, scale / 9), ("b", -scale, 0), ("b", -scale, scale / 9)));
            Assert.That(metrics.AdjustedRandIndex, Is.EqualTo(1));
        }
    }

    [Test]
    public void Rows_left_out_are_counted()
    {
        var metrics = _ml.Similarity.EvaluateClustering(Rows(("a", 0, 0), ("", 1, 0), ("b", 5, 0), ("b", float.NaN, 0), ("c", 0, float.PositiveInfinity)));
        Assert.That((metrics.RowCount, metrics.ClusterCount, metrics.MissingLabelCount, metrics.InvalidEmbeddingCount), Is.EqualTo((2L, 2, 1L, 2L)));
    }

    [Test]
    public void Unusable_data_and_options_are_named()
    {
        var data = Rows(("a", 1, 0), ("", 1, 0), ("b", float.NaN, 0));
        Assert.That(() => _ml.Similarity.EvaluateClustering(data, numberOfClusters: 0), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("The number of clusters is 0; it must be at least 1. (Parameter 'numberOfClusters')"));
        Assert.That(() => _ml.Similarity.EvaluateClustering(data, numberOfClusters: 2), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("The number of clusters is 2; it must be at most the number of usable rows, 1. (Parameter 'numberOfClusters')"));
        Assert.That(() => _ml.Similarity.EvaluateClustering(Rows(("", 1, 0), ("b", float.NaN, 0))), Throws.InvalidOperationException
            .With.Message.EqualTo("No row can be clustered; rows left out for a missing label: 1, for an embedding that is not finite: 1."));
        Assert.That(() => _ml.Similarity.EvaluateClustering(data, "Class"), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("Could not find the label column 'Class' in the input schema. (Parameter 'inputSchema')"));
        Assert.That(() => _ml.Similarity.EvaluateClustering(data, "Label", "Label"), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("Schema mismatch for embedding column 'Label': expected Vector<Single>, got String. (Parameter 'inputSchema')"));
    }

    private static double SumOfSquares((float X, float Y)[] points, int[] clusters) =>
        points.Select((p, i) => Square(p, Mean(points, clusters, clusters[i]))).Sum();

    private static (double X, double Y) Mean((float X, float Y)[] points, int[] clusters, int cluster)
    {
        var members = points.Where((_, i) => clusters[i] == cluster).ToArray();
        return (members.Average(p => (double)p.X), members.Average(p => (double)p.Y));
    }

    private static double Square((float X, float Y) point, (double X, double Y) mean) =>
        (point.X - mean.X) * (point.X - mean.X) + (point.Y - mean.Y) * (point.Y - mean.Y);

    private static UsableRows Usable((float X, float Y)[] points) =>
        new(new LabelledRows(points.SelectMany(p => new[] { p.X, p.Y }).ToArray(), 2, new int[points.Length]));

    private IDataView Blobs(int classes, int size)
    {
        var random = new Random(classes);
        return Rows([.. Enumerable.Range(0, classes * size).Select(i => (
            $"c{i % classes}", (i % classes % 3 * 10) + random.NextSingle(), (i % classes / 3 * 10) + random.NextSingle()))]);
    }

    private IDataView Rows(params (string Label, float X, float Y)[] rows) =>
        _ml.Data.LoadFromEnumerable(rows.Select(r => new Row { Label = r.Label, Embedding = [r.X, r.Y] }));
}
