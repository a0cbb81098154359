using Microsoft.ML.Similarity.Distances;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>
/// Another loss on the first values of the embedding, for several numbers of them at once: an embedding so trained can be cut to
/// each of these sizes and still serves, with <see cref="Embedding.EmbeddingTransformer.Truncate"/>.
/// </summary>
/// <remarks>
/// Σ w_k · Inner(the first d_k values). An inner loss with state, as a queue, has it for each size anew. The active fraction is the
/// weighted mean of those of the sizes. Kusupati et al., "Matryoshka Representation Learning" (2022).
/// </remarks>
public sealed record MatryoshkaPairLoss : PairLoss
{
    /// <summary>The loss of each size.</summary>
    public required PairLoss Inner { get; init => field = value ?? throw new ArgumentNullException(nameof(Inner)); }

    /// <summary>How many values count, for each size: distinct, each from 1 to an embedding's number of values. All of them count only where that number is named.</summary>
    public required IReadOnlyList<int> Dimensions { get; init => field = Prefixes.Dimensions(value); }

    /// <summary>What each size's loss is multiplied with, as many as <see cref="Dimensions"/>, each at least 0; null, the default, for 1.</summary>
    public IReadOnlyList<double>? Weights { get; init => field = Prefixes.Weights(value); }

    internal override Distance ComparedBy => Inner.ComparedBy;

    internal override double LargestTarget => Inner.LargestTarget;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are not as many weights as dimensions.</exception>
    /// <exception cref="InvalidOperationException">A dimension is larger than an embedding.</exception>
    protected override PairLossModule BuildModule(LossContext? context) => new Module(this, context);

    /// <summary>Equal dimensions and weights count, not equal lists.</summary>
    public bool Equals(MatryoshkaPairLoss? other) =>
        base.Equals(other) && Inner == other.Inner && Dimensions.SequenceEqual(other.Dimensions)
        && (Weights is null ? other.Weights is null : other.Weights is not null && Weights.SequenceEqual(other.Weights));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Inner, Dimensions.Count, Dimensions[0], Weights?.Count);

    private sealed class Module : PairLossModule
    {
        private readonly IReadOnlyList<int> _dimensions;
        private readonly IReadOnlyList<double> _weights;
        private readonly List<PairLossModule> _inner = [];

        public Module(MatryoshkaPairLoss loss, LossContext? context)
            : base(nameof(MatryoshkaPairLoss))
        {
            _dimensions = loss.Dimensions;
            _weights = Prefixes.WeightsFor(loss.Dimensions, loss.Weights);
            if (context is not null)
                Prefixes.Check(nameof(MatryoshkaPairLoss), _dimensions, context.Dimension);
            foreach (var dimension in _dimensions)
            {
                _inner.Add(loss.Inner.CreateModule(context is null ? null : context with { Dimension = dimension }));
                register_module($"dimension{dimension}", _inner[^1]);
            }
        }

        public override LossValue forward(PairBatch input)
        {
            Prefixes.Check(nameof(MatryoshkaPairLoss), _dimensions, input.Left.shape[1]);
            return LossValue.Sum([.. _inner.Select((inner, k) => inner.call(input.Prefix(_dimensions[k])))], _weights);
        }
    }
}
