using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Similarity.Evaluation;

namespace Microsoft.ML.Similarity.Tests.Evaluation;

/// <summary>Against the values of pytorch-metric-learning in float64.</summary>
public sealed class GoldenRetrievalTests
{
    private static readonly JsonElement Golden = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(TestContext.CurrentContext.TestDirectory, "Fixtures", "golden.json"))).RootElement;

    [Test]
    public void All_metrics_equal_the_reference(
        [Values("leave-one-out", "query-vs-reference")] string name, [Values("max_bin_count", "5")] string k)
    {
        var test = Golden.GetProperty("metrics").EnumerateArray()
            .Single(x => x.GetProperty("case").GetString() == name && x.GetProperty("k").ToString() == k);
        var references = Rows(test, "reference", "referenceLabels");
        var leaveOneOut = name == "leave-one-out";
        // The size of the largest class, where the reference stops reading the ranking.
        var largestClass = references.Classes.ToArray().CountBy(x => x).Max(x => x.Value) - (leaveOneOut ? 1 : 0);
        var maximumRank = k == "max_bin_count" ? largestClass : int.Parse(k, CultureInfo.InvariantCulture);
        var metrics = leaveOneOut
            ? RetrievalEvaluator.LeaveOneOut(references, maximumRank: maximumRank)
            : RetrievalEvaluator.QueryAgainstReference(Rows(test, "query", "queryLabels"), references, maximumRank: maximumRank);

        Assert.Multiple(() =>
        {
            AssertValue(metrics.PrecisionAt1, "precision_at_1");
            AssertValue(metrics.RPrecision, "r_precision");
            AssertValue(metrics.MeanAveragePrecisionAtR, "mean_average_precision_at_r");
            AssertValue(metrics.MeanAveragePrecision, "mean_average_precision");
            AssertValue(metrics.MeanReciprocalRank, "mean_reciprocal_rank");
        });

        void AssertValue(double actual, string key) =>
            Assert.That(actual, Is.EqualTo(test.GetProperty("values").GetProperty(key).GetDouble()).Within(1e-14), key);
    }

    // Reading further changes neither of them: they end at the R nearest.
    [Test]
    public void Precision_at_1_and_the_metrics_at_R_need_no_maximum_rank([Values("leave-one-out", "query-vs-reference")] string name)
    {
        var test = Golden.GetProperty("metrics").EnumerateArray()
            .Single(x => x.GetProperty("case").GetString() == name && x.GetProperty("k").ToString() == "max_bin_count");
        var references = Rows(test, "reference", "referenceLabels");
        var metrics = name == "leave-one-out"
            ? RetrievalEvaluator.LeaveOneOut(references)
            : RetrievalEvaluator.QueryAgainstReference(Rows(test, "query", "queryLabels"), references);
        var values = test.GetProperty("values");
        Assert.That(metrics.PrecisionAt1, Is.EqualTo(values.GetProperty("precision_at_1").GetDouble()).Within(1e-14));
        Assert.That(metrics.RPrecision, Is.EqualTo(values.GetProperty("r_precision").GetDouble()).Within(1e-14));
        Assert.That(metrics.MeanAveragePrecisionAtR, Is.EqualTo(values.GetProperty("mean_average_precision_at_r").GetDouble()).Within(1e-14));
    }

    private static LabelledRows Rows(JsonElement test, string rows, string labels)
    {
        var vectors = test.GetProperty(rows).EnumerateArray().Select(x => x.EnumerateArray().Select(y => y.GetSingle()).ToArray()).ToArray();
        var classes = test.GetProperty(labels).EnumerateArray().Select(x => x.GetInt32()).ToArray();
        return new(vectors.SelectMany(x => x).ToArray(), vectors[0].Length, classes);
    }
}
