using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Miners;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>Several losses at once, each with a weight and, if wanted, a miner of its own.</summary>
/// <remarks>
/// Σ Weight · Loss over the terms, which share the batch's distances. The active fraction is the weighted mean of those of the
/// terms. The trainer reports and mines by the distance of this loss or, where it is null, by the first term's.
/// </remarks>
public sealed record SumLoss : Loss
{
    /// <summary>The losses, at least one.</summary>
    public required IReadOnlyList<LossTerm> Terms
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Terms));
            field = [.. value];
            if (field.Count == 0 || field.Contains(null))
                throw new ArgumentException($"Terms must be at least one, and none of them null; got {field.Count}.", nameof(Terms));
        }
    }

    internal override bool NeedsClasses => Terms.Any(term => term.Loss.NeedsClasses);

    internal override double LearningRateFactor => Terms.Max(term => term.Loss.LearningRateFactor);

    internal override string? ReferencesRefused => Terms.Select(term => term.Loss.ReferencesRefused).FirstOrDefault(reason => reason is not null);

    internal override Distance DefaultDistance(bool normalize) => Terms[0].Loss.Distance ?? Terms[0].Loss.DefaultDistance(normalize);

    internal override Loss Resolve(bool normalize) => this with
    {
        Distance = Distance ?? DefaultDistance(normalize),
        Terms = [.. Terms.Select(term => term with { Loss = term.Loss.Within(Distance).Resolve(normalize) })],
    };

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A reducer is set.</exception>
    protected override LossModule BuildModule(LossContext? context)
    {
        RefuseReducer("set it on its terms");
        return new Module(this, context);
    }

    /// <summary>Equal terms count, not equal lists.</summary>
    public bool Equals(SumLoss? other) => base.Equals(other) && Terms.SequenceEqual(other.Terms);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Terms.Count, Terms[0]);

    private sealed class Module : LossModule
    {
        private readonly List<(LossModule Loss, Miner? Miner)> _terms = [];
        private readonly IReadOnlyList<double> _weights;

        public Module(SumLoss sum, LossContext? context)
            : base(nameof(SumLoss))
        {
            _weights = [.. sum.Terms.Select(term => term.Weight)];
            foreach (var term in sum.Terms)
            {
                var loss = term.Loss.Within(sum.Distance);
                var module = loss.CreateModule(context);
                register_module($"term{_terms.Count}", module);
                _terms.Add((module, term.Miner is null ? null : term.Miner with { Distance = term.Miner.Distance ?? loss.DistanceOrDefault }));
            }
        }

        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection) => LossValue.Sum(
            [.. _terms.Select(term => term.Loss.call(batch, term.Miner is null ? selection : term.Miner.Mine(batch)))], _weights);
    }
}
