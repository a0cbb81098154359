using Microsoft.ML.Similarity.Losses;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Miners;

/// <summary>Chooses pairs of all distances alike: as many from each bin of a histogram of the distances, as far as there are any.</summary>
/// <remarks>
/// <para>
/// The distances of the batch's positive pairs, from the smallest to the largest, are divided into bins of the same width, and so are those of the
/// negative pairs. From each bin pairs are drawn without replacement; pytorch-metric-learning's miner of this name draws with, and so
/// counts pairs of sparse bins several times. Pairs are kept one by one.
/// </para>
/// <para>
/// The draws follow from <see cref="Seed"/> and the batch's embeddings: each step has others, and the same run the same. O(B²) memory.
/// </para>
/// </remarks>
public sealed record UniformHistogramMiner : Miner
{
    /// <summary>The number of bins, at least 1. Default 100, as pytorch-metric-learning.</summary>
    public int NumberOfBins { get; init => field = AtLeastOne(value, nameof(NumberOfBins)); } = 100;

    /// <summary>The most positive pairs of a bin, at least 1. Default 10, as pytorch-metric-learning.</summary>
    public int PositivesPerBin { get; init => field = AtLeastOne(value, nameof(PositivesPerBin)); } = 10;

    /// <summary>The most negative pairs of a bin, at least 1. Default 10, as pytorch-metric-learning.</summary>
    public int NegativesPerBin { get; init => field = AtLeastOne(value, nameof(NegativesPerBin)); } = 10;

    /// <summary>Decides the draws. Default 0.</summary>
    public int Seed { get; init; }

    /// <inheritdoc/>
    public override TupleSelection Mine(EmbeddedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var _ = no_grad();
        var distances = batch.Distances(DistanceOrDefault).detach();
        var shuffled = PairDraws.Of(batch, Seed).flatten().argsort();
        return TupleSelection.OfPairs(
            Choose(distances, batch.Relation.Positives, shuffled, PositivesPerBin),
            Choose(distances, batch.Relation.Negatives, shuffled, NegativesPerBin));
    }

    private Tensor Choose(Tensor distances, Tensor pairs, Tensor shuffled, int most)
    {
        var others = pairs.logical_not();
        var least = distances.masked_fill(others, Number(double.PositiveInfinity)).min();
        var width = distances.masked_fill(others, Number(double.NegativeInfinity)).max() - least;
        var place = (distances - least) / width.masked_fill(width.eq(Zero), One);
        // All other pairs are in a bin behind the last.
        var bins = (place * Number(NumberOfBins)).floor().clamp(Zero, Number(NumberOfBins - 1)).masked_fill(others, Number(NumberOfBins)).to(ScalarType.Int64).flatten();

        var (sorted, order) = bins.index_select(0, shuffled).sort(dim: 0, stable: true);
        var rank = arange(Number(sorted.shape[0]), device: sorted.device) - searchsorted(sorted, sorted, right: false);
        var chosen = (rank < Number(most)).logical_and(sorted < Number(NumberOfBins));
        return zeros_like(chosen).scatter_(0, shuffled.index_select(0, order), chosen).view(pairs.shape);
    }

    private static int AtLeastOne(int value, string name) =>
        value >= 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 1.");
}
