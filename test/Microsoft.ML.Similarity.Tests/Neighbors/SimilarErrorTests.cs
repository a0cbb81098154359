using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

public sealed class SimilarErrorTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly IDataView Data = Ml.Data.LoadFromEnumerable(PairRow.Random(10));

    [TestCase(-0.1, "-0.1")]
    [TestCase(1.5, "1.5")]
    [TestCase(double.NaN, "NaN")]
    public void A_rate_is_from_0_to_1(double rate, string shown) => Refused<ArgumentOutOfRangeException>(
        () => Ml.Similarity.Transforms.Similar(falseAcceptRate: rate), $"FalseAcceptRate is {shown}; it must be from 0 to 1.", "options");

    [Test]
    public void Options_out_of_range_are_refused()
    {
        Refused<ArgumentOutOfRangeException>(() => Ml.Similarity.Transforms.Similar(threshold: float.NaN),
            "Threshold is NaN; it must be a number, or null to find it in Fit.", "options");
        Refused<ArgumentOutOfRangeException>(() => Ml.Similarity.Transforms.Similar(metric: (NeighborMetric)9),
            "Metric is 9; it must be one of Euclidean, Cosine, InnerProduct, SquaredEuclidean.", "metric");
    }

    [Test]
    public void Columns_missing_or_of_another_type_are_refused()
    {
        Refused<ArgumentOutOfRangeException>(() => Ml.Similarity.Transforms.Similar("Nope").Fit(Data), "Could not find the left embedding column 'Nope' in the input schema.");
        Refused<ArgumentOutOfRangeException>(() => Ml.Similarity.Transforms.Similar(rightColumnName: "Number").Fit(Data),
            "Schema mismatch for right embedding column 'Number': expected Vector<Single>, got Single.");
        Refused<ArgumentOutOfRangeException>(() => Ml.Similarity.Transforms.Similar(labelColumnName: "Nope").Fit(Data), "Could not find the label column 'Nope' in the input schema.");
        Refused<ArgumentOutOfRangeException>(() => Ml.Similarity.Transforms.Similar(labelColumnName: "Number").Fit(Data),
            "Schema mismatch for label column 'Number': expected Boolean, got Single.");
    }

    [Test]
    public void Vectors_of_two_sizes_are_refused()
    {
        var longer = Ml.Transforms.Concatenate("RightEmbedding", "RightEmbedding", "Number").Fit(Data).Transform(Data);
        Refused<ArgumentOutOfRangeException>(() => Ml.Similarity.Transforms.Similar(threshold: 0).Fit(longer),
            "Schema mismatch for right embedding column 'RightEmbedding': expected Vector<Single, 5>, got Vector<Single, 6>.");
    }

    private static void Refused<T>(Func<object> action, string message, string parameter = "inputSchema")
        where T : ArgumentException =>
        Assert.That(action, Throws.TypeOf<T>().With.Message.EqualTo($"{message} (Parameter '{parameter}')"));
}
