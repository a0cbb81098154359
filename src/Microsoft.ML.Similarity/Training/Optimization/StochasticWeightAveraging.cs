using Microsoft.ML.Similarity.Tensors;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>The plain mean of the weights at the ends of the last epochs; the weights themselves until then.</summary>
/// <remarks>
/// Izmailov, Podoprikhin, Garipov et al., "Averaging Weights Leads to Wider Optima and Better Generalization" (2018). It wants a learning rate
/// that stays high while the mean is taken, as with a <see cref="ConstantSchedule"/>.
/// </remarks>
public sealed record StochasticWeightAveraging : WeightAveraging
{
    /// <summary>The share of the training after which epochs count, at least 0 and below 1. Default 0.75.</summary>
    public double Start
    {
        get;
        init => field = Ranges.Fraction(value, nameof(Start));
    } = 0.75;

    internal override double Share(double done, bool endsEpoch, long taken) => endsEpoch && done > Start ? 1.0 / (1 + taken) : 0;
}
