using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Tests.Evaluation;

public sealed class EvaluateRetrievalTests
{
    private readonly MLContext _ml = new(1);

    private sealed class TextRow
    {
        public string Label { get; set; } = "";

        [VectorType(2)]
        public float[] Embedding { get; set; } = [];
    }

    private sealed class IntRow
    {
        public int Label { get; set; }

        [VectorType(2)]
        public float[] Embedding { get; set; } = [];
    }

    private sealed class BoolRow
    {
        public bool Label { get; set; }

        [VectorType(2)]
        public float[] Embedding { get; set; } = [];
    }

    [Test]
    public void Labels_of_every_kind_are_read()
    {
        var text = Texts(("a", 0), ("a", 1), ("b", 5), ("b", 6));
        IDataView[] views =
        [
            text,
            _ml.Transforms.Conversion.MapValueToKey("Label").Fit(text).Transform(text),
            _ml.Data.LoadFromEnumerable(new[] { (-7, 0), (-7, 1), (3, 5), (3, 6) }.Select(x => new IntRow { Label = x.Item1, Embedding = [x.Item2, 0] })),
            _ml.Data.LoadFromEnumerable(new[] { (true, 0), (true, 1), (false, 5), (false, 6) }.Select(x => new BoolRow { Label = x.Item1, Embedding = [x.Item2, 0] })),
        ];
        foreach (var view in views)
        {
            var metrics = _ml.Similarity.EvaluateRetrieval(view);
            Assert.That(metrics.QueryCount, Is.EqualTo(4), view.Schema["Label"].Type.ToString());
            Assert.That(metrics.MeanAveragePrecisionAtR, Is.EqualTo(1));
            Assert.That(metrics.RecallAtK.Keys, Is.EqualTo(new[] { 1, 5, 10 }));
        }
    }

    [Test]
    public void Query_and_reference_labels_match_by_value_not_by_key_number()
    {
        // Key 1 stands for "b" in one view and for "a" in the other.
        var queries = Keys(Texts(("b", 5), ("a", 0)));
        var references = Keys(Texts(("a", 1), ("b", 6)));
        var metrics = _ml.Similarity.EvaluateRetrieval(queries, references);
        Assert.That(metrics.PrecisionAt1, Is.EqualTo(1));

        // A key of text values and text are the same labels.
        metrics = _ml.Similarity.EvaluateRetrieval(queries, Texts(("a", 1), ("b", 6)));
        Assert.That(metrics.PrecisionAt1, Is.EqualTo(1));
    }

    [Test]
    public void A_query_finds_itself_where_the_views_share_rows()
    {
        var data = Texts(("a", 0), ("b", 1), ("a", 2));
        Assert.That(_ml.Similarity.EvaluateRetrieval(data, data).PrecisionAt1, Is.EqualTo(1));
        Assert.That(_ml.Similarity.EvaluateRetrieval(data).PrecisionAt1, Is.Zero);
    }

    [Test]
    public void Rows_left_out_are_counted()
    {
        var data = Texts(("a", 0), ("a", 1), ("", 0.5f), ("a", float.NaN), ("single", 0.6f));
        var metrics = _ml.Similarity.EvaluateRetrieval(data);
        Assert.That(metrics.QueryCount, Is.EqualTo(2));
        Assert.That(metrics.MissingLabelCount, Is.EqualTo(1));
        Assert.That(metrics.InvalidEmbeddingCount, Is.EqualTo(1));
        Assert.That(metrics.UnmatchedQueryCount, Is.EqualTo(1));

        metrics = _ml.Similarity.EvaluateRetrieval(data, data);
        Assert.That(metrics.MissingLabelCount, Is.EqualTo(2));
        Assert.That(metrics.InvalidEmbeddingCount, Is.EqualTo(2));
    }

    [Test]
    public void The_metric_and_the_cutoffs_are_used()
    {
        var data = _ml.Data.LoadFromEnumerable(new TextRow[]
        {
            new() { Label = "a", Embedding = [1, 0] }, new() { Label = "a", Embedding = [9, 0] },
            new() { Label = "b", Embedding = [0, 1] }, new() { Label = "b", Embedding = [0, 9] },
        });
        Assert.That(_ml.Similarity.EvaluateRetrieval(data, metric: NeighborMetric.Cosine).PrecisionAt1, Is.EqualTo(1));
        var euclidean = _ml.Similarity.EvaluateRetrieval(data, cutoffs: [3]);
        Assert.That(euclidean.PrecisionAt1, Is.EqualTo(0.5));
        Assert.That(euclidean.RecallAtK, Is.EqualTo(new Dictionary<int, double> { [3] = 1 }));
    }

    [Test]
    public void Wrong_columns_are_named()
    {
        var data = Texts(("a", 0), ("a", 1));
        Assert.That(() => _ml.Similarity.EvaluateRetrieval(data, "Class"), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("Could not find the label column 'Class' in the input schema. (Parameter 'inputSchema')"));
        Assert.That(() => _ml.Similarity.EvaluateRetrieval(data, "Label", "Vector"), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("Could not find the embedding column 'Vector' in the input schema. (Parameter 'inputSchema')"));
        Assert.That(() => _ml.Similarity.EvaluateRetrieval(data, "Embedding"), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("Schema mismatch for label column 'Embedding': expected Key, String, an integer type or Boolean, got Vector<Single>. (Parameter 'inputSchema')"));
        Assert.That(() => _ml.Similarity.EvaluateRetrieval(data, "Label", "Label"), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("Schema mismatch for embedding column 'Label': expected Vector<Single>, got String. (Parameter 'inputSchema')"));
    }

    [Test]
    public void References_of_another_dimension_or_kind_of_label_are_refused()
    {
        var queries = Texts(("a", 0), ("a", 1));
        var longer = _ml.Transforms.Concatenate("Embedding", "Embedding", "Embedding").Fit(queries).Transform(queries);
        Assert.That(() => _ml.Similarity.EvaluateRetrieval(queries, longer), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("Schema mismatch for embedding column 'Embedding': expected Vector<Single, 2>, got Vector<Single, 4>. (Parameter 'inputSchema')"));
        var numbers = _ml.Data.LoadFromEnumerable(new[] { new IntRow { Label = 1, Embedding = [1, 0] } });
        Assert.That(() => _ml.Similarity.EvaluateRetrieval(queries, numbers), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("Schema mismatch for label column 'Label': expected labels of the same kind as before (Text), got Int32 (Integer). (Parameter 'inputSchema')"));
    }

    [Test]
    public void More_rows_than_the_view_foretells_are_read()
    {
        var rows = Enumerable.Range(0, 1000).Select(i => new Positioned { Position = i, Label = i / 10 % 3, Embedding = [i, 0] });
        var data = _ml.Data.FilterRowsByColumn(_ml.Data.LoadFromEnumerable(rows), "Position", lowerBound: 0, upperBound: 900);
        Assert.That(data.GetRowCount(), Is.Null);
        Assert.That(_ml.Similarity.EvaluateRetrieval(data).QueryCount, Is.EqualTo(900));
    }

    private sealed class Positioned
    {
        public float Position { get; set; }

        public int Label { get; set; }

        [VectorType(2)]
        public float[] Embedding { get; set; } = [];
    }

    private IDataView Texts(params (string Label, float X)[] rows) =>
        _ml.Data.LoadFromEnumerable(rows.Select(x => new TextRow { Label = x.Label, Embedding = [x.X, 0] }));

    private IDataView Keys(IDataView data) => _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
}
