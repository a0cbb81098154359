namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>How neighbours are weighted by their distances.</summary>
/// <param name="Votes">The kind of weights.</param>
/// <param name="Temperature">Of <see cref="NeighborVotes.Softmax"/>; in units of the distance.</param>
internal readonly record struct VoteWeights(NeighborVotes Votes, float Temperature)
{
    /// <summary>Fills in weights that sum to 1.</summary>
    /// <param name="distances">In ascending order; at least one.</param>
    /// <param name="weights">One for each distance.</param>
    public void Compute(ReadOnlySpan<float> distances, Span<double> weights)
    {
        var nearest = (double)distances[0];
        var sum = 0d;
        for (var i = 0; i < distances.Length; i++)
        {
            // Relative to the nearest, so that nothing overflows; equal to the nearest first, for 0 / 0 and for infinities.
            weights[i] = distances[i] == nearest ? 1
                : Votes switch
                {
                    NeighborVotes.Uniform => 1,
                    NeighborVotes.DistanceWeighted => nearest / distances[i],
                    _ => Math.Exp((nearest - distances[i]) / Temperature),
                };
            sum += weights[i];
        }
        for (var i = 0; i < weights.Length; i++)
            weights[i] /= sum;
    }
}
