using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

public sealed class HardNegativeErrorTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly IDataView Data = Ml.Data.LoadFromEnumerable(MinedRow.Grid(20, 3));

    private static IEnumerable<TestCaseData> Bad()
    {
        yield return new(new HardNegativeOptions { NumberOfNegatives = 0 }, "NumberOfNegatives is 0; it must be at least 1.");
        yield return new(new HardNegativeOptions { NumberOfPositives = -1 }, "NumberOfPositives is -1; it must be at least 1.");
        yield return new(new HardNegativeOptions { RangeMin = -1 }, "RangeMin is -1; it must be at least 0.");
        yield return new(new HardNegativeOptions { RangeMin = 5, RangeMax = 5 }, "RangeMax is 5; it must be above RangeMin, 5.");
        yield return new(new HardNegativeOptions { AbsoluteMargin = float.NaN }, "AbsoluteMargin is NaN; it must be a finite number or null.");
        yield return new(new HardNegativeOptions { RelativeMargin = -1 }, "RelativeMargin is -1; it must be above -1.");
        yield return new(new HardNegativeOptions { MinimumDistance = float.PositiveInfinity }, "MinimumDistance is Infinity; it must be a finite number or null.");
        yield return new(new HardNegativeOptions { MinimumDistance = 0.5f, MaximumDistance = 0.25f }, "MaximumDistance is 0.25; it must be at least MinimumDistance, 0.5.");
        yield return new(new HardNegativeOptions { Negatives = (MinedNegatives)9 }, "Negatives is 9; it must be one of Nearest, Random.");
        yield return new(new HardNegativeOptions { Positives = (MinedPositives)9 }, "Positives is 9; it must be one of Nearest, Farthest, Random.");
        yield return new(new HardNegativeOptions { Metric = (NeighborMetric)9 }, "Metric is 9; it must be one of Euclidean, Cosine, InnerProduct, SquaredEuclidean.");
        yield return new(
            new HardNegativeOptions { RelativeMargin = 0.1f, Metric = NeighborMetric.InnerProduct },
            "RelativeMargin is given and Metric is InnerProduct, whose distances may be negative: use AbsoluteMargin, or another metric.");
    }

    [TestCaseSource(nameof(Bad))]
    public void Options_out_of_range_are_refused(HardNegativeOptions options, string message)
    {
        Assert.That(() => Ml.Similarity.MineHardNegatives(Data, options: options), Throws.InstanceOf<ArgumentException>().With.Message.StartsWith(message + " (Parameter"));
        Assert.That(() => Ml.Similarity.MineHardNegativesOfPairs(Data, options: options), Throws.InstanceOf<ArgumentException>().With.Message.StartsWith(message + " (Parameter"));
    }

    [Test]
    public void Columns_missing_or_of_another_type_are_refused()
    {
        Refused(() => Ml.Similarity.MineHardNegatives(Data, "Nope"), "Could not find the label column 'Nope' in the input schema.");
        Refused(() => Ml.Similarity.MineHardNegatives(Data, embeddingColumnName: "Id"), "Schema mismatch for embedding column 'Id': expected Vector<Single>, got String.");
        Refused(() => Ml.Similarity.MineHardNegatives(Data, idColumnName: "Embedding"),
            "Schema mismatch for id column 'Embedding': expected Key, String, an integer type or Boolean, got Vector<Single>.");
        Refused(() => Ml.Similarity.MineHardNegativesOfPairs(Data), "Could not find the left embedding column 'LeftEmbedding' in the input schema.");
        Refused(() => Ml.Similarity.MineHardNegativesOfPairs(Data, "Embedding", "Embedding"), "Could not find the left id column 'LeftId' in the input schema.");
        Refused(() => Ml.Similarity.MineHardNegativesOfPairs(Data, "Embedding", "Embedding", "Id"), "Could not find the right id column 'RightId' in the input schema.");
    }

    [Test]
    public void Data_without_negatives_or_positives_is_refused()
    {
        MinedRow[] single = [new("a", 1, 0, 0, 0), new("b", 1, 1, 0, 0)];
        MinedRow[] apart = [new("a", 1, 0, 0, 0), new("b", 2, 1, 0, 0)];
        Assert.That(() => Ml.Similarity.MineHardNegatives(Ml.Data.LoadFromEnumerable(single)), Throws.InvalidOperationException.With.Message.EqualTo(
            "Mining needs rows of two labels, and a label with two rows; column 'Label' has 1 labels in 2 usable rows."));
        Assert.That(() => Ml.Similarity.MineHardNegatives(Ml.Data.LoadFromEnumerable(apart)), Throws.InvalidOperationException.With.Message.EqualTo(
            "Mining needs rows of two labels, and a label with two rows; column 'Label' has 2 labels in 2 usable rows."));
        Assert.That(() => Ml.Similarity.MineHardNegativesOfPairs(Ml.Data.LoadFromEnumerable(single), "Embedding", "Embedding", "Id", "Label"),
            Throws.InvalidOperationException.With.Message.EqualTo("Mining needs pairs with two different right ids; column 'Label' has 1 in 2 usable pairs."));
    }

    [Test]
    public void A_cancelled_search_ends()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.That(() => Ml.Similarity.MineHardNegatives(Data, options: new() { CancellationToken = source.Token }), Throws.InstanceOf<OperationCanceledException>());
    }

    private static void Refused(Func<object> action, string message) =>
        Assert.That(() => action(), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.EqualTo($"{message} (Parameter 'inputSchema')"));
}
