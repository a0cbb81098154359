using Microsoft.ML.Similarity.Tensors;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>The learning rate rises from a fraction to its full value and falls again to next to nothing, along half cosines.</summary>
/// <remarks>
/// Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates" (2018), with the cosines and defaults
/// of PyTorch; the momentum stays. The rise is the warm-up, so the trainer's warm-up fraction is not used.
/// </remarks>
public sealed record OneCycleSchedule : LearningRateSchedule
{
    /// <summary>The share of the training after which the learning rate is highest, above 0 and below 1. Default 0.3.</summary>
    public double PeakAt
    {
        get;
        init => field = value is > 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(PeakAt), value, "PeakAt must be above 0 and below 1.");
    } = 0.3;

    /// <summary>The learning rate at the beginning as a share of the highest, 0 to 1. Default 0.04.</summary>
    public double InitialFactor
    {
        get;
        init => field = Ranges.Between(value, 0, 1, nameof(InitialFactor));
    } = 0.04;

    /// <summary>The learning rate at the end as a share of the highest, 0 to 1. Default 0.000004.</summary>
    public double FinalFactor
    {
        get;
        init => field = Ranges.Between(value, 0, 1, nameof(FinalFactor));
    } = 4e-6;

    internal override bool WarmsUp => true;

    internal override double FactorAt(double done, double warmUp) => done < PeakAt
        ? Between(InitialFactor, 1, done / PeakAt)
        : Between(1, FinalFactor, (done - PeakAt) / (1 - PeakAt));

    private static double Between(double from, double to, double share) => to + (from - to) * 0.5 * (1 + Math.Cos(Math.PI * share));
}
