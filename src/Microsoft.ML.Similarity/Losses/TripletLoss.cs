using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// The triplet loss: an anchor must be nearer to a row of its class than to one of another class, by a margin.
/// </summary>
/// <remarks>
/// The mean of max(0, d(a,p) - d(a,n) + Margin) over the triplets that have a loss; with <see cref="SoftMargin"/>, of
/// log(1 + exp(d(a,p) - d(a,n) + Margin)). Without a miner all triplets of the batch count. Schroff, Kalenichenko and
/// Philbin, "FaceNet" (2015); soft margin: Hermans, Beyer and Leibe, "In Defense of the Triplet Loss" (2017), which uses
/// Margin 0. O(B²) memory however many triplets there are: they are summed without being listed, which allows the
/// reducers <see cref="NonZeroMeanReducer"/> (the default), <see cref="MeanReducer"/> and <see cref="SumReducer"/>.
/// </remarks>
public sealed record TripletLoss : Loss
{
    /// <summary>How much nearer a positive must be; at least 0. Default 0.2, FaceNet's; directions are at most 2 apart.</summary>
    public double Margin { get; init => field = AtLeast(value, 0, nameof(Margin)); } = 0.2;

    /// <summary>
    /// Whether the negative is compared with the nearer of anchor and positive: min(d(a,n), d(p,n)) takes the place of d(a,n).
    /// Default false. Balntas et al., "Learning local feature descriptors with triplets and shallow CNNs" (2016).
    /// </summary>
    public bool Swap { get; init; }

    /// <summary>Whether log(1 + exp(x)) takes the place of max(0, x), so that no triplet is ever done. Default false.</summary>
    public bool SoftMargin { get; init; }

    internal override string? ReferencesRefused => Swap ? "Swap needs the distances between positives and negatives" : null;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The reducer is one that needs single triplets.</exception>
    protected override LossModule BuildModule(LossContext? context)
    {
        TripletDivisor.Check(Reducer);
        return new Module(this);
    }

    private sealed class Module(TripletLoss loss) : LossModule(nameof(TripletLoss))
    {
        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            var distances = batch.Distances(loss.DistanceOrDefault);
            var tuples = selection ?? TupleSelection.All(batch.Relation);
            using (no_grad())
            {
                // Sorting needs the loss and the miner to see the same order of distances.
                var sortable = !loss.SoftMargin && !loss.Swap && (tuples.Condition is null || (tuples.Condition is TripletBand band && ReferenceEquals(band.Distances, distances)));
                return sortable
                    ? Assemble(distances, SortedHinge.Count(distances.detach(), tuples, loss.Margin), batch.Weights)
                    : BlockedTriplets.Compute(distances, tuples, loss, batch.Weights);
            }
        }

        // The hinge is linear in the distances of its active triplets: how often each distance occurs, with its sign, is all.
        private LossValue Assemble(Tensor distances, SortedHinge counts, Tensor? weights)
        {
            var anchors = weights?.to(counts.Slope.dtype);
            var slope = anchors is null ? counts.Slope : counts.Slope * anchors.unsqueeze(1);
            var active = anchors is null ? counts.ActiveByAnchor : counts.ActiveByAnchor * anchors;
            var selected = anchors is null ? counts.SelectedByAnchor : counts.SelectedByAnchor * anchors;
            var activeTotal = active.sum();
            var divisor = TripletDivisor.Of(loss.Reducer, activeTotal, selected.sum());
            using (enable_grad())
            {
                var sum = (distances * slope).sum() + activeTotal * Number(loss.Margin);
                return new(sum / divisor, counts.ActiveByAnchor.sum() / counts.SelectedByAnchor.sum().clamp_min(One));
            }
        }
    }
}
