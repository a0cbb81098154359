using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Evaluation;
using Microsoft.ML.Similarity.Training.Pairs;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Validation;

/// <summary>The higher a pair's score, the nearer its rows should be: Spearman's correlation.</summary>
internal sealed class CorrelationValidation(PairSet set, int[] pairs, Distance distance) : PairValidation(set, pairs, distance, MaximumPairs)
{
    private const int MaximumPairs = 1 << 15;

    public override string Metric => "Spearman correlation";

    private protected override double MeasureCore(Tensor[] parts)
    {
        var correlation = Correlation.Spearman(
            Array.ConvertAll(Pairs, pair => Set.Targets![pair]), Array.ConvertAll(Distances(parts[0], parts[1]), distance => -distance));
        // A collapsed embedding has one distance for all: it follows no order.
        return double.IsNaN(correlation) ? 0 : correlation;
    }
}
