using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// The cosine of each positive, with a slack angle, against all negatives of the anchor.
/// </summary>
/// <remarks>
/// For each positive pair log(1 + Σ exp(s·(cos θ(a,n) - cos(θ(a,p) - β)))); the mean over the pairs. Yu and Tao, "Deep Metric Learning with Tuplet
/// Margin Loss" (2019). O(B²) memory, and
/// beyond about 2000 rows only for which pairs there are: anchors of large batches are compared some at a time.
/// </remarks>
public sealed record TupletMarginLoss : Loss
{
    /// <summary>β in degrees, 0 to 90. Default 5.73, the paper's 0.1 radian.</summary>
    public double MarginDegrees { get; init => field = Between(value, 0, 90, nameof(MarginDegrees)); } = 5.73;

    /// <summary>s, above 0. Default 64, the paper's.</summary>
    public double Scale { get; init => field = Above(value, 0, nameof(Scale)); } = 64;

    /// <inheritdoc/>
    protected override LossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(TupletMarginLoss loss) : LossModule(nameof(TupletMarginLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection) =>
            ComparedAnchors.ByCosine(batch, selection, loss.Reducer ?? new MeanReducer(), (cosine, positives, negatives) =>
            {
                var margin = loss.MarginDegrees * Math.PI / 180;
                // cos(θ - β) without the arccosine, whose slope is infinite at equal directions.
                var slackened = cosine * Number(Math.Cos(margin)) + Sines.Of(cosine) * Number(Math.Sin(margin));
                var against = SimilarityMask.LogSumExp(cosine * Number(loss.Scale), negatives).unsqueeze(1);
                return (SimilarityMask.Softplus(against - slackened * Number(loss.Scale)), positives);
            });
    }
}
