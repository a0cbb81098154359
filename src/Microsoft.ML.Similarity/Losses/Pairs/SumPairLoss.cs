using Microsoft.ML.Similarity.Distances;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>Several losses of the same pairs at once, each with a weight.</summary>
/// <remarks>
/// Σ Weight · Loss over the terms, all of which get the batch's targets and hard negatives. The active fraction is the weighted
/// mean of those of the terms.
/// </remarks>
public sealed record SumPairLoss : PairLoss
{
    /// <summary>The losses, at least one.</summary>
    public required IReadOnlyList<PairLossTerm> Terms
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

    internal override Distance ComparedBy => Terms[0].Loss.ComparedBy;

    internal override double LargestTarget => Terms.Min(term => term.Loss.LargestTarget);

    /// <inheritdoc/>
    protected override PairLossModule BuildModule(LossContext? context) => new Module(this, context);

    /// <summary>Equal terms count, not equal lists.</summary>
    public bool Equals(SumPairLoss? other) => base.Equals(other) && Terms.SequenceEqual(other.Terms);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Terms.Count, Terms[0]);

    private sealed class Module : PairLossModule
    {
        private readonly List<PairLossModule> _terms = [];
        private readonly IReadOnlyList<double> _weights;

        public Module(SumPairLoss sum, LossContext? context)
            : base(nameof(SumPairLoss))
        {
            _weights = [.. sum.Terms.Select(term => term.Weight)];
            foreach (var term in sum.Terms)
            {
                var module = term.Loss.CreateModule(context);
                register_module($"term{_terms.Count}", module);
                _terms.Add(module);
            }
        }

        public override LossValue forward(PairBatch input) => LossValue.Sum([.. _terms.Select(term => term.call(input))], _weights);
    }
}
