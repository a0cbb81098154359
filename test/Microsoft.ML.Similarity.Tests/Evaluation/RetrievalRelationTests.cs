using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Evaluation;
using Microsoft.ML.Similarity.Relations;

namespace Microsoft.ML.Similarity.Tests.Evaluation;

/// <summary>Rows that belong together otherwise than by one label.</summary>
public sealed class RetrievalRelationTests
{
    private readonly MLContext _ml = new(1);

    private sealed class TagRow
    {
        public string[] Tags { get; set; } = [];

        public int[] Numbers { get; set; } = [];

        [VectorType(9)]
        public bool[] Flags { get; set; } = [];

        public int Year { get; set; }

        public string Name { get; set; } = "";

        [VectorType(3)]
        public float[] Embedding { get; set; } = [];
    }

    // Some rows have no label, some one twice.
    private static TagRow[] Generate(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(row =>
        {
            int[] labels = [.. Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(9))];
            return new TagRow
            {
                Tags = [.. labels.Select(label => $"tag {label}"), ""],
                Numbers = labels,
                Flags = [.. Enumerable.Range(0, 9).Select(label => labels.Contains(label))],
                Year = 1990 + random.Next(30),
                Name = $"n{random.Next(12)}",
                Embedding = [random.Next(9), random.Next(9), random.Next(9)],
            };
        })];
    }

    private static bool Share(TagRow left, TagRow right, double overlap)
    {
        var shared = left.Numbers.Intersect(right.Numbers).Count();
        return shared > 0 && shared / (double)left.Numbers.Union(right.Numbers).Count() >= overlap;
    }

    [Test]
    public void Rows_of_several_labels_equal_brute_force([Values(0, 0.34, 0.5, 1)] double overlap, [Values("Tags", "Keys", "Numbers", "Flags")] string column)
    {
        var rows = Generate(1, 200);
        var labelled = Array.FindAll(rows, row => row.Numbers.Length > 0);
        var data = _ml.Transforms.Conversion.MapValueToKey("Keys", "Numbers").Fit(Load(rows)).Transform(Load(rows));
        var metrics = _ml.Similarity.EvaluateRetrieval(data, column, cutoffs: [1, 5], relation: new SharedLabels { MinimumOverlap = overlap });
        AssertEqual(metrics, Expected(labelled, labelled, (q, r) => Share(q, r, overlap), leaveOneOut: true));
        Assert.That(metrics.MissingLabelCount, Is.EqualTo(rows.Length - labelled.Length).And.GreaterThan(0));
    }

    [Test]
    public void Queries_of_several_labels_find_references([Values("Tags", "Numbers")] string column)
    {
        var queries = Array.FindAll(Generate(2, 60), row => row.Numbers.Length > 0);
        var references = Array.FindAll(Generate(3, 90), row => row.Numbers.Length > 0);
        var metrics = _ml.Similarity.EvaluateRetrieval(Load(queries), Load(references), column, cutoffs: [1, 5], relation: new SharedLabels());
        AssertEqual(metrics, Expected(queries, references, (q, r) => Share(q, r, 0), leaveOneOut: false));
    }

    [Test]
    public void A_predicate_equals_brute_force()
    {
        var rows = Generate(4, 150);
        static bool near(int x, int y) => Math.Abs(x - y) <= 2;
        var metrics = _ml.Similarity.EvaluateRetrieval(Load(rows), "Year", cutoffs: [1, 5], relation: new LabelPredicate<int>(near));
        AssertEqual(metrics, Expected(rows, rows, (q, r) => near(q.Year, r.Year), leaveOneOut: true));

        // Rows of one label need not belong together.
        static bool opposite(string x, string y) => x != y && x.Length == y.Length;
        var references = Generate(5, 80);
        metrics = _ml.Similarity.EvaluateRetrieval(Load(rows), Load(references), "Name", cutoffs: [1, 5], relation: new LabelPredicate<string>(opposite));
        AssertEqual(metrics, Expected(rows, references, (q, r) => opposite(q.Name, r.Name), leaveOneOut: false));
    }

    [Test]
    public void The_same_label_is_the_default()
    {
        var data = Load(Generate(6, 80));
        Assert.That(_ml.Similarity.EvaluateRetrieval(data, "Name", relation: new SameLabel()).ToString(), Is.EqualTo(_ml.Similarity.EvaluateRetrieval(data, "Name").ToString()));
        Assert.That(_ml.Similarity.EvaluateRetrieval(data, "Name", relation: new LabelPredicate<string>((x, y) => x == y)).ToString(),
            Is.EqualTo(_ml.Similarity.EvaluateRetrieval(data, "Name").ToString()));
    }

    [Test]
    public void A_predicate_is_asked_once_for_each_pair_of_labels()
    {
        var asked = new List<(long, long)>();
        var rows = Generate(7, 120);
        _ml.Similarity.EvaluateRetrieval(Load(rows), "Year", relation: new LabelPredicate<long>((x, y) =>
        {
            asked.Add((Math.Min(x, y), Math.Max(x, y)));
            return true;
        }));
        var years = rows.Select(row => row.Year).Distinct().Count();
        Assert.That(asked, Is.Unique);
        Assert.That(asked, Has.Count.EqualTo(years * (years + 1) / 2));
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        var data = Load(Generate(8, 20));
        Assert.That(() => _ml.Similarity.EvaluateRetrieval(data, "Year", relation: new SharedLabels()), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("Schema mismatch for label column 'Year': expected a vector of Key, String, an integer type or Boolean, got Int32. (Parameter 'inputSchema')"));
        Assert.That(() => _ml.Similarity.EvaluateRetrieval(data, "Embedding", relation: new SharedLabels()), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo("Schema mismatch for label column 'Embedding': expected a vector of Key, String, an integer type or Boolean, got Vector<Single>. (Parameter 'inputSchema')"));
        Assert.That(() => _ml.Similarity.EvaluateRetrieval(data, "Name", relation: new LabelPredicate<int>((_, _) => true)), Throws.InvalidOperationException
            .With.Message.EqualTo("The predicate takes labels of type Int32; the label column holds text."));
        Assert.That(() => _ml.Similarity.EvaluateRetrieval(data, "Year", relation: new LabelPredicate<string>((_, _) => true)), Throws.InvalidOperationException
            .With.Message.EqualTo("The predicate takes labels of type String; the label column holds integers."));
        Assert.That(() => _ml.Similarity.EvaluateRetrieval(Load([new() { Year = 300, Embedding = [1, 2, 3] }]), "Year", relation: new LabelPredicate<byte>((_, _) => true)),
            Throws.InvalidOperationException.With.Message.EqualTo("The predicate takes labels of type Byte, which cannot hold the label 300."));
        Assert.That(() => _ml.Similarity.EvaluateRetrieval(data, "Year", relation: new LabelPredicate<int>((_, _) => false)), Throws.InvalidOperationException
            .With.Message.EqualTo("No query can be evaluated: at least one must belong together with another row. Of 20 queries, 20 have no such row; "
                + "rows left out for a missing label: 0, for an embedding that is not finite: 0."));
        Assert.That(() => new LabelPredicate<int>(null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("BelongTogether"));
        Assert.That(() => new SharedLabels { MinimumOverlap = -0.5 }, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo($"MinimumOverlap must be at least 0 and at most 1. (Parameter 'MinimumOverlap'){Environment.NewLine}Actual value was -0.5."));
        Assert.That(() => new LabelPredicate<long>((_, _) => true).Relate(Many()), Throws.InvalidOperationException
            .With.Message.EqualTo("There are 32769 distinct labels; a predicate is asked of every pair of them, and of at most 32768 labels."));

        static Similarity.Rows.LabelVocabulary Many()
        {
            var vocabulary = new Similarity.Rows.LabelVocabulary(Similarity.Rows.LabelFamily.Integer, NumberDataViewType.Int64);
            for (var i = 0; i < 32769; i++)
                vocabulary.Add(i);
            return vocabulary;
        }
    }

    private IDataView Load(TagRow[] rows) => _ml.Data.LoadFromEnumerable(rows);

    private static BruteForceRetrieval Expected(TagRow[] queries, TagRow[] references, Func<TagRow, TagRow, bool> isRelevant, bool leaveOneOut) => new(
        [.. queries.Select(row => row.Embedding)], [.. references.Select(row => row.Embedding)],
        (q, r) => isRelevant(queries[q], references[r]), leaveOneOut, BruteForceRetrieval.SquaredEuclidean);

    private static void AssertEqual(RetrievalMetrics actual, BruteForceRetrieval expected)
    {
        const double tolerance = 1e-12;
        Assert.That(actual.QueryCount, Is.EqualTo(expected.Queries).And.GreaterThan(0));
        Assert.That(actual.UnmatchedQueryCount, Is.EqualTo(expected.Unmatched));
        Assert.That(actual.PrecisionAt1, Is.EqualTo(expected.PrecisionAt1).Within(tolerance));
        Assert.That(actual.RPrecision, Is.EqualTo(expected.RPrecision).Within(tolerance));
        Assert.That(actual.MeanAveragePrecisionAtR, Is.EqualTo(expected.MeanAveragePrecisionAtR).Within(tolerance));
        Assert.That(actual.MeanAveragePrecision, Is.EqualTo(expected.MeanAveragePrecision).Within(tolerance));
        Assert.That(actual.MeanReciprocalRank, Is.EqualTo(expected.MeanReciprocalRank).Within(tolerance));
        Assert.That(actual.RecallAtK[5], Is.EqualTo(expected.RecallAt(5)).Within(tolerance));
        Assert.That(actual.NdcgAtK[5], Is.EqualTo(expected.NdcgAt(5)).Within(tolerance));
    }
}
