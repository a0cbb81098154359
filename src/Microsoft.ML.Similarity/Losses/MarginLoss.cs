using Microsoft.ML.Similarity.Miners;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>Positives nearer than a boundary β, negatives farther, by a margin; β can be learned, for all rows or for each class.</summary>
/// <remarks>
/// Over the triplets selected, the sum of max(0, d(a,p) - β + m) + max(0, β - d(a,n) + m) over the number of these terms that are above 0, plus ν·β where β is
/// learned. Wu et al., "Sampling Matters in Deep Embedding Learning" (2017), who choose negatives weighted by distance. O(B²) memory: pairs
/// count as often as triplets hold them, without listing these.
/// </remarks>
public sealed record MarginLoss : Loss
{
    /// <summary>m, at least 0. Default 0.2, the paper's.</summary>
    public double Margin { get; init => field = AtLeast(value, 0, nameof(Margin)); } = 0.2;

    /// <summary>β, at least 0, at first if it is learned. Default 1.2, the paper's.</summary>
    public double Beta { get; init => field = AtLeast(value, 0, nameof(Beta)); } = 1.2;

    /// <summary>Whether β is learned. Default <see cref="BetaKind.Fixed"/>.</summary>
    public BetaKind BetaKind { get; init; }

    /// <summary>ν, what a large β costs where it is learned; at least 0. Default 0, the paper's.</summary>
    public double Nu { get; init => field = AtLeast(value, 0, nameof(Nu)); }

    internal override bool NeedsClasses => BetaKind == BetaKind.PerClass;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A reducer is set: the number of terms above 0 is part of this loss.</exception>
    protected override LossModule BuildModule(LossContext? context)
    {
        if (Reducer is not null)
            throw new ArgumentException($"Reducer is {Reducer.GetType().Name}; MarginLoss has its own way from triplets to one number, so it must be null.", nameof(context));
        if (BetaKind == BetaKind.PerClass)
            ArgumentNullException.ThrowIfNull(context);
        return new Module(this, context);
    }

    private sealed class Module : LossModule
    {
        private readonly MarginLoss _loss;

        // Found by this name when the module moves to another device, and set anew.
        [ComponentName(Name = "beta")]
        private readonly Parameter? _beta;

        public Module(MarginLoss loss, LossContext? context)
            : base(nameof(MarginLoss))
        {
            _loss = loss;
            if (loss.BetaKind == BetaKind.Fixed)
                return;
            _beta = new Parameter(full(loss.BetaKind == BetaKind.PerClass ? context!.ClassCount : 1, Number(loss.Beta)));
            register_parameter("beta", _beta);
        }

        protected internal override ClassReference ClassReferenceOf(string name) =>
            _loss.BetaKind == BetaKind.PerClass ? ClassReference.Entries : ClassReference.None;

        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            var distances = batch.Distances(_loss.DistanceOrDefault);
            var (asPositive, asNegative) = (selection ?? TupleSelection.All(batch.Relation)).CountPairs(distances.dtype);
            if (batch.Weights is not null)
            {
                var anchors = batch.Weights.to(distances.dtype).unsqueeze(1);
                (asPositive, asNegative) = (asPositive * anchors, asNegative * anchors);
            }
            var beta = Boundary(batch, distances);
            var pull = (distances - beta + Number(_loss.Margin)).clamp_min(Zero);
            var push = (beta - distances + Number(_loss.Margin)).clamp_min(Zero);
            var active = (asPositive * (pull.detach() > Zero).to(distances.dtype)).sum() + (asNegative * (push.detach() > Zero).to(distances.dtype)).sum();
            var divisor = active.masked_fill(active.eq(Zero), One);
            var value = ((asPositive * pull).sum() + (asNegative * push).sum()) / divisor;
            if (_beta is not null && _loss.Nu > 0)
                value = value + (_loss.BetaKind == BetaKind.Shared ? beta.sum() * Number(_loss.Nu) : (asPositive.sum(1, keepdim: true) * beta).sum() * Number(_loss.Nu) / divisor);
            return new(value, active / (asPositive.sum() + asNegative.sum()).clamp_min(One));
        }

        // A number, [1], or [B, 1] by the anchor's class.
        private Tensor Boundary(EmbeddedBatch batch, Tensor like)
        {
            if (_beta is null)
                return full(1, Number(_loss.Beta), dtype: like.dtype, device: like.device);
            var beta = _beta.to(like.dtype);
            if (_loss.BetaKind == BetaKind.Shared)
                return beta;
            var labels = batch.Relation.Labels
                ?? throw new InvalidOperationException("MarginLoss with a boundary for each class needs rows related by labels.");
            return beta.index_select(0, labels).unsqueeze(1);
        }
    }
}
