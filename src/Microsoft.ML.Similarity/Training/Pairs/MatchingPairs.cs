using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Training.Validation;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Pairs;

/// <summary>Pairs that belong together, with or without rows that do not.</summary>
internal sealed class MatchingPairs : PairTask
{
    public override string NeededForValidation => "it needs at least two pairs";

    public override void CheckTrainable(PairSet set, int[] pairs)
    {
        if (pairs.Length == 1 && set.Parts.Count == 2)
            throw new InvalidOperationException("The training data has only one pair and no negatives; at least two pairs are needed to learn what is different.");
    }

    // Without negatives of its own, a row is compared with the next pair's right row.
    public override (Tensor Distances, Tensor Positives, Tensor Negatives) Compare(PairBatch batch, Distance distance) => Join(
        RowDistances.Of(distance, batch.Left, batch.Right),
        batch.HardNegatives.Count > 0 ? RowDistances.Of(distance, batch.Left, batch.HardNegatives[0])
            : RowDistances.Of(distance, batch.Left, batch.Right.roll(1, 0)).narrow(0, 0, batch.Rows > 1 ? batch.Rows : 0));

    public override EmbeddingValidation? CreateValidation(PairSet set, int[] pairs, Distance distance) =>
        pairs.Length > 1 ? new RankingValidation(set, pairs, distance) : null;
}
