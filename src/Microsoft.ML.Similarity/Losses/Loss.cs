using System.Text.Json.Serialization;
using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses.Memory;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// What an embedding is trained to minimise. A declaration with validated values, immutable and comparable by value;
/// <see cref="CreateModule"/> makes the part that computes.
/// </summary>
[JsonDerivedType(typeof(TripletLoss), "triplet")]
[JsonDerivedType(typeof(ContrastiveLoss), "contrastive")]
[JsonDerivedType(typeof(SupConLoss), "supCon")]
[JsonDerivedType(typeof(NTXentLoss), "ntXent")]
[JsonDerivedType(typeof(MultiSimilarityLoss), "multiSimilarity")]
[JsonDerivedType(typeof(CircleLoss), "circle")]
[JsonDerivedType(typeof(NPairsLoss), "nPairs")]
[JsonDerivedType(typeof(LiftedStructureLoss), "liftedStructure")]
[JsonDerivedType(typeof(GeneralizedLiftedStructureLoss), "generalizedLiftedStructure")]
[JsonDerivedType(typeof(TupletMarginLoss), "tupletMargin")]
[JsonDerivedType(typeof(IntraPairVarianceLoss), "intraPairVariance")]
[JsonDerivedType(typeof(NcaLoss), "nca")]
[JsonDerivedType(typeof(SignalToNoiseContrastiveLoss), "signalToNoiseContrastive")]
[JsonDerivedType(typeof(RankedListLoss), "rankedList")]
[JsonDerivedType(typeof(ThresholdConsistentMarginLoss), "thresholdConsistentMargin")]
[JsonDerivedType(typeof(FastApLoss), "fastAp")]
[JsonDerivedType(typeof(ProxyNcaLoss), "proxyNca")]
[JsonDerivedType(typeof(ProxyAnchorLoss), "proxyAnchor")]
[JsonDerivedType(typeof(ArcFaceLoss), "arcFace")]
[JsonDerivedType(typeof(SubCenterArcFaceLoss), "subCenterArcFace")]
[JsonDerivedType(typeof(CosFaceLoss), "cosFace")]
[JsonDerivedType(typeof(SphereFaceLoss), "sphereFace")]
[JsonDerivedType(typeof(NormalizedSoftmaxLoss), "normalizedSoftmax")]
[JsonDerivedType(typeof(SoftTripleLoss), "softTriple")]
[JsonDerivedType(typeof(MarginLoss), "margin")]
[JsonDerivedType(typeof(SmoothApLoss), "smoothAp")]
[JsonDerivedType(typeof(PnpLoss), "pnp")]
[JsonDerivedType(typeof(CrossBatchMemoryLoss), "crossBatchMemory")]
[JsonDerivedType(typeof(EmbeddingNormLoss), "embeddingNorm")]
[JsonDerivedType(typeof(ZeroMeanLoss), "zeroMean")]
[JsonDerivedType(typeof(GlobalOrthogonalLoss), "globalOrthogonal")]
[JsonDerivedType(typeof(MatryoshkaLoss), "matryoshka")]
[JsonDerivedType(typeof(SumLoss), "sum")]
public abstract record Loss
{
    /// <summary>
    /// How embeddings are compared. Null, the default, follows the encoder: the Euclidean distance, of directions where the
    /// encoder normalises and of the embeddings as they are where it does not; a loss used alone compares directions.
    /// </summary>
    public Distance? Distance { get; init; }

    /// <summary>The part that computes. It owns the loss's trainable weights, if it has any: dispose it.</summary>
    /// <param name="context">
    /// What weights are made from. A loss without weights needs none; one with weights refuses null.
    /// </param>
    /// <exception cref="ArgumentNullException">The loss has weights, and <paramref name="context"/> is null.</exception>
    public LossModule CreateModule(LossContext? context = null)
    {
        using var scope = NewDisposeScope();
        var module = BuildModule(context);
        if (ReferencesRefused is { } reason)
        {
            module.register_forward_pre_hook((_, batch, _) => batch.Relation.IsWithinBatch
                ? null
                : throw new InvalidOperationException($"{GetType().Name} cannot compare rows with references: {reason}."));
        }
        // The module owns its weights, whatever scope the caller is in.
        foreach (var value in module.state_dict().Values)
            value.DetachFromDisposeScope();
        return module;
    }

    /// <summary>Makes the module; what it creates may lie in the current dispose scope.</summary>
    protected abstract LossModule BuildModule(LossContext? context);

    /// <summary>A loss to begin with, by the size of the data.</summary>
    /// <remarks>
    /// <see cref="NTXentLoss"/> up to 50 rows a class, <see cref="ContrastiveLoss"/> above. With few rows of each class a batch has few
    /// positive pairs and very many negative ones: a loss in which each positive competes with all negatives learns from these, and one of
    /// margins is soon done with them. With many rows of each class the margins do better: they let a class keep its extent.
    /// Measured with the trainer's defaults, MAP@R of rows held out: 121 handwritten characters of 15 rows each 0.10 against 0.07, 5 digits of
    /// 15 rows 0.70 against 0.59, of 100 rows 0.82 against 0.80; 13 letters of 100 rows 0.34 against 0.36, of 400 rows 0.38 against 0.41, and the
    /// same order for classes not trained on, but for digits of 100 rows, where they are even; one seed each. Losses with vectors for each class were
    /// behind the better of the two in all these with the default number of epochs, but on digits not trained on, from 100 rows each (0.52 to 0.55 against
    /// 0.49): they are never recommended, and can be right for classes all known and longer training.
    /// </remarks>
    /// <param name="rows">The number of training rows, at least <paramref name="classes"/>.</param>
    /// <param name="classes">The number of classes among them, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
    public static Loss Recommended(long rows, int classes)
    {
        const int fewRowsPerClass = 50;
        if (classes < 1)
            throw new ArgumentOutOfRangeException(nameof(classes), classes, "classes must be at least 1.");
        if (rows < classes)
            throw new ArgumentOutOfRangeException(nameof(rows), rows, $"rows must be at least classes, {classes}.");
        return rows <= (long)fewRowsPerClass * classes ? new NTXentLoss() : new ContrastiveLoss();
    }

    /// <summary>The loss of a batch of labelled embeddings: for use on tensors, without a trainer.</summary>
    /// <param name="embeddings">[B, d] floating point.</param>
    /// <param name="labels">[B] integers.</param>
    /// <returns>A scalar that backpropagates; exactly 0 where nothing can be learned.</returns>
    public Tensor Compute(Tensor embeddings, Tensor labels)
    {
        using var scope = NewDisposeScope();
        using var module = CreateModule();
        return module.call(new EmbeddedBatch(embeddings, Relation.FromLabels(labels)), null).Value.MoveToOuterDisposeScope();
    }

    /// <summary>The loss of a batch of labelled embeddings that are compared with reference rows, not with one another.</summary>
    /// <param name="embeddings">[B, d] floating point.</param>
    /// <param name="labels">[B] integers.</param>
    /// <param name="references">[R, d] of the same type, with or without gradient.</param>
    /// <param name="referenceLabels">[R] integers.</param>
    /// <returns>A scalar that backpropagates; exactly 0 where nothing can be learned.</returns>
    /// <exception cref="InvalidOperationException">The loss is about the rows of one batch, or has vectors for each class.</exception>
    public Tensor Compute(Tensor embeddings, Tensor labels, Tensor references, Tensor referenceLabels)
    {
        using var scope = NewDisposeScope();
        using var module = CreateModule();
        return module.call(new EmbeddedBatch(embeddings, references, Relation.FromLabels(labels, referenceLabels)), null).Value.MoveToOuterDisposeScope();
    }

    /// <summary>From the losses of single tuples to one number; null, the default, for the way of the loss's own paper.</summary>
    public Reducer? Reducer { get; init; }

    /// <summary>Whether it keeps weights for each class, or rows with their labels, so that a label must mean the same in every batch.</summary>
    internal virtual bool NeedsClasses => false;

    /// <summary>What the learning rate is best multiplied with for the weights of this loss.</summary>
    internal virtual double LearningRateFactor => 1;

    internal Distance DistanceOrDefault => Distance ?? DefaultDistance(normalize: true);

    /// <summary>Why the loss cannot compare anchors with rows other than those of their batch; null where it can.</summary>
    internal virtual string? ReferencesRefused => null;

    /// <summary>How the loss compares embeddings where nothing else is said.</summary>
    /// <param name="normalize">Whether it is their directions that count.</param>
    internal virtual Distance DefaultDistance(bool normalize) => new EuclideanDistance { Normalize = normalize };

    /// <summary>The same loss with its distance decided, as a trainer uses it.</summary>
    /// <param name="normalize">Whether the encoder scales embeddings to length 1.</param>
    internal virtual Loss Resolve(bool normalize) => this with { Distance = Distance ?? DefaultDistance(normalize) };

    /// <summary>The same loss as a part of one that compares by a distance; it keeps its own where it has one.</summary>
    internal Loss Within(Distance? outer) => this with { Distance = Distance ?? outer };

    /// <summary>Refuses a reducer, of a loss that has no tuples of its own.</summary>
    private protected void RefuseReducer(string instead)
    {
        if (Reducer is not null)
            throw new ArgumentException($"Reducer is {Reducer.GetType().Name}; {GetType().Name} takes none: {instead}.", nameof(Reducer));
    }
}
