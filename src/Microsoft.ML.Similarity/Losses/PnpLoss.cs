using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>Penalises, for each positive, the negatives that come before it.</summary>
/// <remarks>
/// For each anchor the mean, over itself and its positives, of f(N), with N = Σ σ((s(a,n) - s(a,p))/τ) over its negatives, s the cosine; the mean over all rows. Li
/// et al., "Rethinking the Optimization of Average Precision: Only Penalizing Negative Instances before Positive Ones is Enough"
/// (2022). O(B²) memory.
/// </remarks>
public sealed record PnpLoss : Loss
{
    /// <summary>f. Default <see cref="PnpVariant.Original"/>; the paper found <see cref="PnpVariant.DecreasingQuotient"/> best.</summary>
    public PnpVariant Variant { get; init; } = PnpVariant.Original;

    /// <summary>τ, above 0. Default 0.01, the paper's.</summary>
    public double Temperature { get; init => field = Above(value, 0, nameof(Temperature)); } = 0.01;

    /// <summary>α of <see cref="PnpVariant.DecreasingQuotient"/>, above 0. Default 1.</summary>
    public double Alpha { get; init => field = Above(value, 0, nameof(Alpha)); } = 1;

    /// <summary>b of <see cref="PnpVariant.IncreasingBounded"/>, above 0. Default 2.</summary>
    public double Bound { get; init => field = Above(value, 0, nameof(Bound)); } = 2;

    internal override string? ReferencesRefused => "an anchor is a positive of itself";

    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private Tensor Penalty(Tensor before) => Variant switch
    {
        PnpVariant.DecreasingLog => before.log1p(),
        PnpVariant.DecreasingQuotient => One - (before + One).pow(Number(-Alpha)),
        PnpVariant.IncreasingUnbounded => (before + One) * before.log1p(),
        PnpVariant.IncreasingBounded => (before * Number(Bound) - (before * Number(Bound)).log1p()) / Number(Bound * Bound),
        _ => before,
    };

    private sealed class Module(PnpLoss loss) : LossModule(nameof(PnpLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            var (positives, negatives) = batch.Pairs(selection);
            var rows = positives.shape[0];
            var targets = positives.logical_or(eye(rows, dtype: ScalarType.Bool, device: positives.device));
            var padded = PaddedPositives.Of(targets);
            var losses = RowBlocks.Losses(batch.CosineSimilarities(), padded.Most * rows, (cosine, start) =>
            {
                var count = cosine.shape[0];
                var block = padded.Narrow(start, count);
                var ahead = ((cosine.unsqueeze(1) - cosine.gather(1, block.Rows).unsqueeze(2)) / Number(loss.Temperature)).sigmoid();
                var before = ahead.masked_fill(negatives.narrow(0, start, count).logical_not().unsqueeze(1), Zero).sum(2);
                var penalty = loss.Penalty(before).masked_fill(block.IsPositive.logical_not(), Zero).sum(1);
                return penalty / block.IsPositive.sum(1);
            });
            return LossValue.Of(losses, ones_like(losses, ScalarType.Bool), loss.Reducer ?? new MeanReducer(), batch.Weights);
        }
    }
}
