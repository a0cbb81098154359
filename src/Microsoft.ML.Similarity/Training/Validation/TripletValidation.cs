using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Training.Pairs;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Validation;

/// <summary>The share of triplets whose positive is nearer than their negative.</summary>
internal sealed class TripletValidation(PairSet set, int[] triplets, Distance distance) : PairValidation(set, triplets, distance, MaximumTriplets)
{
    private const int MaximumTriplets = 1 << 15;

    public override string Metric => "triplet accuracy";

    private protected override double MeasureCore(Tensor[] parts)
    {
        var near = Distances(parts[0], parts[1]);
        var ordered = 0;
        foreach (var negatives in parts.AsSpan(2))
        {
            var far = Distances(parts[0], negatives);
            for (var i = 0; i < near.Length; i++)
                ordered += near[i] < far[i] ? 1 : 0;
        }
        return (double)ordered / (near.Length * (parts.Length - 2));
    }
}
