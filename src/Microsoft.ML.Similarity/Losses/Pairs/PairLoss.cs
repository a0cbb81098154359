using System.Text.Json.Serialization;
using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses.Views;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>
/// What an embedding is trained to minimise where rows come in pairs: labelled, scored or merely belonging together, or two
/// views of the same thing. A declaration with validated values, immutable and comparable by value;
/// <see cref="CreateModule"/> makes the part that computes.
/// </summary>
[JsonDerivedType(typeof(ContrastivePairLoss), "contrastivePair")]
[JsonDerivedType(typeof(OnlineContrastivePairLoss), "onlineContrastivePair")]
[JsonDerivedType(typeof(MultipleNegativesRankingLoss), "multipleNegativesRanking")]
[JsonDerivedType(typeof(CoSentLoss), "coSent")]
[JsonDerivedType(typeof(AnglELoss), "anglE")]
[JsonDerivedType(typeof(CosineRegressionLoss), "cosineRegression")]
[JsonDerivedType(typeof(ExplicitTripletLoss), "explicitTriplet")]
[JsonDerivedType(typeof(MarginMseLoss), "marginMse")]
[JsonDerivedType(typeof(ViewNTXentLoss), "viewNtXent")]
[JsonDerivedType(typeof(InfoNceLoss), "infoNce")]
[JsonDerivedType(typeof(BarlowTwinsLoss), "barlowTwins")]
[JsonDerivedType(typeof(VicRegLoss), "vicReg")]
[JsonDerivedType(typeof(NegativeCosineLoss), "negativeCosine")]
[JsonDerivedType(typeof(DclLoss), "dcl")]
[JsonDerivedType(typeof(MatryoshkaPairLoss), "matryoshka")]
[JsonDerivedType(typeof(SumPairLoss), "sum")]
[JsonDerivedType(typeof(LabelledPairLoss), "labelled")]
public abstract record PairLoss
{
    /// <summary>The part that computes. It owns the loss's state, if it has any: dispose it.</summary>
    /// <param name="context">What state is made from. A loss without state needs none; one with state refuses null.</param>
    /// <exception cref="ArgumentNullException">The loss has state, and <paramref name="context"/> is null.</exception>
    public PairLossModule CreateModule(LossContext? context = null)
    {
        using var scope = NewDisposeScope();
        var module = BuildModule(context);
        // The module owns its state, whatever scope the caller is in.
        foreach (var value in module.state_dict().Values)
            value.DetachFromDisposeScope();
        return module;
    }

    /// <summary>By what the embedding it trains is to be compared.</summary>
    internal virtual Distance ComparedBy => new CosineDistance();

    /// <summary>The largest magnitude that a target can have; infinite where there is no limit.</summary>
    internal virtual double LargestTarget => double.PositiveInfinity;

    /// <summary>Makes the module; what it creates may lie in the current dispose scope.</summary>
    protected abstract PairLossModule BuildModule(LossContext? context);

    /// <summary>The loss of a batch of pairs: for use on tensors, without a trainer.</summary>
    /// <param name="left">[B, d] floating point, at least one row.</param>
    /// <param name="right">[B, d] of the same type.</param>
    /// <param name="targets">[B] binary labels or gold scores, as the loss wants them; or null.</param>
    /// <param name="hardNegatives">Any number of [B, d]; null for none.</param>
    /// <param name="weights">[B] weights of the pairs, at least 0; null for equal weights.</param>
    /// <returns>A scalar that backpropagates; exactly 0 where nothing can be learned.</returns>
    public Tensor Compute(Tensor left, Tensor right, Tensor? targets = null, IReadOnlyList<Tensor>? hardNegatives = null, Tensor? weights = null)
    {
        using var scope = NewDisposeScope();
        using var module = CreateModule();
        return module.call(new PairBatch(left, right, targets, hardNegatives, weights)).Value.MoveToOuterDisposeScope();
    }
}
