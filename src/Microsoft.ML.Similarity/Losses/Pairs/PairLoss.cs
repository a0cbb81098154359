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
[JsonDerivedType(typeof(LabeledPairLoss), "labeled")]
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

    /// <summary>A loss to begin with, by what is known of the pairs and how many there are.</summary>
    /// <remarks>
    /// <para><see cref="PairData.Labeled"/>: <see cref="OnlineContrastivePairLoss"/> below 5,000 pairs, <see cref="ContrastivePairLoss"/> from there on. A
    /// network soon knows few pairs by heart, and the hard ones are those that still teach it.</para>
    /// <para><see cref="PairData.Positive"/>: <see cref="MultipleNegativesRankingLoss"/> below 1,000 pairs, <see cref="ViewNTXentLoss"/> from there on, which has twice
    /// the negatives and asks both ways. Where left and right rows are of different kinds, as questions and answers, keep the first.</para>
    /// <para><see cref="PairData.Scored"/>: <see cref="CoSentLoss"/>, whatever the number: only the order of gold scores matters to it, so that their
    /// scale needs not be that of cosines. Chosen from what its author reports, not measured here.</para>
    /// <para><see cref="PairData.Triplets"/>: <see cref="ExplicitTripletLoss"/> below 5,000 pairs, <see cref="MultipleNegativesRankingLoss"/> from there on, to which all
    /// other rows of the batch are negatives as well. Where pairs are about few things, which then meet in a batch, keep the first.</para>
    /// <para>Measured with MAP@R of things not trained on, pairs of 121 handwritten characters and of 13 letters, 300 steps of 128 pairs: labelled, online against plain
    /// 0.046 to 0.040 (100 pairs of characters), 0.046 to 0.033 (1,000), 0.065 to 0.067 (10,000), and even on letters; positive, NT-Xent against ranking 0.040 to
    /// 0.053, 0.056 to 0.055, 0.115 to 0.103, on letters 0.374 to 0.360 (1,000) and 0.386 to 0.370 (10,000); triplets, ranking against explicit 0.053 to 0.060 (1,000), 0.104 to
    /// 0.076 (10,000), on letters 0.363 to 0.357 and 0.370 to 0.380.</para>
    /// </remarks>
    /// <param name="data">What is known.</param>
    /// <param name="pairs">The number of training pairs, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="data"/> is not one of its values, or <paramref name="pairs"/> is below 1.</exception>
    public static PairLoss Recommended(PairData data, long pairs)
    {
        const int fewPairs = 5000, fewNegatives = 1000;
        if (pairs < 1)
            throw new ArgumentOutOfRangeException(nameof(pairs), pairs, "pairs must be at least 1.");
        return data switch
        {
            PairData.Labeled => pairs < fewPairs ? new OnlineContrastivePairLoss() : new ContrastivePairLoss(),
            PairData.Positive => pairs < fewNegatives ? new MultipleNegativesRankingLoss() : new ViewNTXentLoss(),
            PairData.Scored => new CoSentLoss(),
            PairData.Triplets => pairs < fewPairs ? new ExplicitTripletLoss() : new MultipleNegativesRankingLoss(),
            _ => throw new ArgumentOutOfRangeException(nameof(data), data, "data must be Labelled, Positive, Scored or Triplets."),
        };
    }

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
