using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Training.Validation;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Pairs;

/// <summary>Anchors with a row that should be nearer and one or more that should be farther.</summary>
internal sealed class GivenTriplets : PairTask
{
    public override string NeededForValidation => "it needs at least one triplet";

    public override (Tensor Distances, Tensor Positives, Tensor Negatives) Compare(PairBatch batch, Distance distance) => Join(
        RowDistances.Of(distance, batch.Left, batch.Right),
        cat([.. batch.HardNegatives.Select(negatives => RowDistances.Of(distance, batch.Left, negatives))]));

    public override EmbeddingValidation CreateValidation(PairSet set, int[] pairs, Distance distance) => new TripletValidation(set, pairs, distance);
}
