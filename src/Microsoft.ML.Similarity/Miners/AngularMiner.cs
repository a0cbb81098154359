using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Tensors;

namespace Microsoft.ML.Similarity.Miners;

/// <summary>Keeps the triplets whose negative sees half of the line from anchor to positive at more than an angle.</summary>
/// <remarks>
/// atan(d(a,p) / (2·d(n,c))) &gt; <see cref="AngleDegrees"/>, c the middle of a and p: the angle does not depend on the scale of a triplet, as
/// its margin would. Wang, Zhou, Wen, Liu and Lin, "Deep Metric Learning with Angular Loss" (2017); as
/// pytorch-metric-learning's miner of this name, which takes embeddings as they are: Normalize false. O(B²) memory.
/// </remarks>
public sealed record AngularMiner : Miner
{
    /// <summary>A miner of angles between directions.</summary>
    public AngularMiner() => Distance = new EuclideanDistance();

    /// <summary>The angle, from 0 to 90 degrees. Default 20, as pytorch-metric-learning.</summary>
    public double AngleDegrees { get; init => field = Ranges.Between(value, 0, 90, nameof(AngleDegrees)); } = 20;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The distance is not a <see cref="EuclideanDistance"/>, so there are no angles.</exception>
    public override TupleSelection Mine(EmbeddedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (DistanceOrDefault is not EuclideanDistance)
            throw new InvalidOperationException($"Distance is {Distance}, but angles need a {nameof(EuclideanDistance)}.");
        var distances = batch.Distances(DistanceOrDefault);
        var amongReferences = batch.Relation.IsWithinBatch ? distances : DistanceOrDefault.Pairwise(batch.References.detach(), batch.References.detach());
        return new(batch.Relation.Positives, batch.Relation.Negatives, new TripletAngle(distances, amongReferences, AngleDegrees));
    }
}
