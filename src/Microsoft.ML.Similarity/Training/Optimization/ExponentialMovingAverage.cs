using Microsoft.ML.Similarity.Tensors;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>A mean in which what was before counts less with every step.</summary>
/// <remarks>
/// Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging" (1992), in the form of Tarvainen and Valpola, "Mean teachers
/// are better role models" (2017). So that a short training is not held back by its first weights, the decay is at most (1 + steps) / (10 + steps),
/// as TensorFlow has it.
/// </remarks>
public sealed record ExponentialMovingAverage : WeightAveraging
{
    /// <summary>How much of the mean is kept in a step, at least 0 and below 1. Default 0.999.</summary>
    public double Decay
    {
        get;
        init => field = Ranges.Fraction(value, nameof(Decay));
    } = 0.999;

    internal override double Share(double done, bool endsEpoch, long taken) => taken == 0 ? 1 : 1 - Math.Min(Decay, (1.0 + taken) / (10 + taken));

    internal override Tensor Share(Tensor taken)
    {
        var count = taken.to(ScalarType.Float64);
        return (One - ((One + count) / (Number(10.0) + count)).clamp_max(Number(Decay))).masked_fill(count.eq(Zero), One);
    }
}
