using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Training.Validation;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Pairs;

/// <summary>Pairs of which it is known whether they belong together.</summary>
internal sealed class LabeledPairs : PairTask
{
    public override string NeededForValidation => "it needs pairs that belong together and pairs that do not";

    public override (Tensor Distances, Tensor Positives, Tensor Negatives) Compare(PairBatch batch, Distance distance)
    {
        var positives = batch.Targets! > Number(0.5);
        return (RowDistances.Of(distance, batch.Left, batch.Right), positives, positives.logical_not());
    }

    public override EmbeddingValidation? CreateValidation(PairSet set, int[] pairs, Distance distance)
    {
        var positives = pairs.Count(pair => set.Targets![pair] > 0.5f);
        return positives > 0 && positives < pairs.Length ? new VerificationValidation(set, pairs, distance) : null;
    }

    public override int GroupOf(PairSet set, int pair) => set.Targets![pair] > 0.5f ? 1 : 0;
}
