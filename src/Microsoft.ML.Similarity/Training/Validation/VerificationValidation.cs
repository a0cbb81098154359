using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Evaluation;
using Microsoft.ML.Similarity.Training.Pairs;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Validation;

/// <summary>Pairs that belong together should be nearer than pairs that do not: the area under the ROC curve.</summary>
internal sealed class VerificationValidation(PairSet set, int[] pairs, Distance distance) : PairValidation(set, pairs, distance, MaximumPairs)
{
    private const int MaximumPairs = 1 << 15;

    public override string Metric => "ROC-AUC";

    private protected override double MeasureCore(Tensor[] parts) => VerificationEvaluator.Evaluate(
        new ScoredPairs(Distances(parts[0], parts[1]), Array.ConvertAll(Pairs, pair => Set.Targets![pair] > 0.5f), smallerIsSimilar: true)).AreaUnderRocCurve;
}
