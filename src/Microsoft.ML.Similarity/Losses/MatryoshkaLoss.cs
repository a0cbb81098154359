using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Miners;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// Another loss on the first values of the embedding, for several numbers of them at once: an embedding so trained can be cut to
/// each of these sizes and still serves, with <see cref="Embedding.EmbeddingTransformer.Truncate"/>.
/// </summary>
/// <remarks>
/// Σ w_k · Inner(the first d_k values). A prefix of an embedding of length 1 is shorter than 1: an inner loss that compares
/// directions, as all do under an encoder that normalises, compares those of the prefix. An inner loss with weights of its own has
/// them for each size anew. Tuples a miner chose from the whole embeddings serve all sizes; a miner of a <see cref="LossTerm"/>
/// inside chooses for each. The active fraction is the weighted mean of those of the sizes. Kusupati et al., "Matryoshka
/// Representation Learning" (2022).
/// </remarks>
public sealed record MatryoshkaLoss : Loss
{
    /// <summary>The loss of each size. Where its distance is null, it takes that of this loss.</summary>
    public required Loss Inner { get; init => field = value ?? throw new ArgumentNullException(nameof(Inner)); }

    /// <summary>How many values count, for each size: distinct, each from 1 to an embedding's number of values. All of them count only where that number is named.</summary>
    public required IReadOnlyList<int> Dimensions { get; init => field = Prefixes.Dimensions(value); }

    /// <summary>What each size's loss is multiplied with, as many as <see cref="Dimensions"/>, each at least 0; null, the default, for 1.</summary>
    public IReadOnlyList<double>? Weights { get; init => field = Prefixes.Weights(value); }

    internal override bool NeedsClasses => Inner.NeedsClasses;

    internal override double LearningRateFactor => Inner.LearningRateFactor;

    internal override string? ReferencesRefused => Inner.ReferencesRefused;

    internal override Distance DefaultDistance(bool normalize) => Inner.Distance ?? Inner.DefaultDistance(normalize);

    internal override Loss Resolve(bool normalize) =>
        this with { Distance = Distance ?? DefaultDistance(normalize), Inner = Inner.Within(Distance).Resolve(normalize) };

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are not as many weights as dimensions, or a reducer is set.</exception>
    /// <exception cref="InvalidOperationException">A dimension is larger than an embedding.</exception>
    protected override LossModule BuildModule(LossContext? context)
    {
        RefuseReducer("set it on the inner loss");
        return new Module(this, context);
    }

    /// <summary>Equal dimensions and weights count, not equal lists.</summary>
    public bool Equals(MatryoshkaLoss? other) =>
        base.Equals(other) && Inner == other.Inner && Dimensions.SequenceEqual(other.Dimensions)
        && (Weights is null ? other.Weights is null : other.Weights is not null && Weights.SequenceEqual(other.Weights));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Inner, Dimensions.Count, Dimensions[0], Weights?.Count);

    private sealed class Module : LossModule
    {
        private readonly IReadOnlyList<int> _dimensions;
        private readonly IReadOnlyList<double> _weights;
        private readonly List<LossModule> _inner = [];

        public Module(MatryoshkaLoss loss, LossContext? context)
            : base(nameof(MatryoshkaLoss))
        {
            _dimensions = loss.Dimensions;
            _weights = Prefixes.WeightsFor(loss.Dimensions, loss.Weights);
            if (context is not null)
                Prefixes.Check(nameof(MatryoshkaLoss), _dimensions, context.Dimension);
            var inner = loss.Inner.Within(loss.Distance);
            foreach (var dimension in _dimensions)
            {
                _inner.Add(inner.CreateModule(context is null ? null : context with { Dimension = dimension }));
                register_module($"dimension{dimension}", _inner[^1]);
            }
        }

        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            Prefixes.Check(nameof(MatryoshkaLoss), _dimensions, batch.Embeddings.shape[1]);
            return LossValue.Sum([.. _inner.Select((inner, k) => inner.call(batch.Prefix(_dimensions[k]), selection))], _weights);
        }
    }
}
