using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Training.Validation;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Pairs;

/// <summary>Pairs with a degree of similarity, of which none are simply positive or negative.</summary>
/// <param name="scoreColumn">The column of the scores, for messages.</param>
/// <param name="largestScore">What no score's magnitude may exceed.</param>
internal sealed class GradedPairs(string scoreColumn, double largestScore) : PairTask
{
    public override string NeededForValidation => "it needs at least two pairs with different scores";

    public override void CheckTrainable(PairSet set, int[] pairs)
    {
        var scores = set.Targets!;
        foreach (var pair in pairs)
        {
            if (Math.Abs(scores[pair]) > largestScore)
            {
                throw new InvalidOperationException(
                    $"Column '{scoreColumn}' has the score {scores[pair].ToString(System.Globalization.CultureInfo.InvariantCulture)}; the loss compares it with a cosine, so it must be from -1 to 1. Rescale the scores, or use a loss on their order.");
            }
        }
        if (Array.TrueForAll(pairs, pair => scores[pair] == scores[pairs[0]]) && double.IsPositiveInfinity(largestScore))
            throw new InvalidOperationException($"Column '{scoreColumn}' has the same score in every row of the training data, so there is no order to learn.");
    }

    public override (Tensor Distances, Tensor Positives, Tensor Negatives) Compare(PairBatch batch, Distance distance)
    {
        var neither = zeros(batch.Rows, dtype: ScalarType.Bool, device: batch.Left.device);
        return (RowDistances.Of(distance, batch.Left, batch.Right), neither, neither);
    }

    public override EmbeddingValidation? CreateValidation(PairSet set, int[] pairs, Distance distance) =>
        Array.Exists(pairs, pair => set.Targets![pair] != set.Targets[pairs[0]]) ? new CorrelationValidation(set, pairs, distance) : null;
}
