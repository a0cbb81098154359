namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>The learning rate falls by a factor whenever the validation metric has not risen for some epochs. It needs validation.</summary>
/// <remarks>As PyTorch's ReduceLROnPlateau in its mode for metrics that rise, without threshold.</remarks>
public sealed record PlateauSchedule : LearningRateSchedule
{
    /// <summary>What the learning rate is multiplied with, above 0 and below 1. Default 0.1.</summary>
    public double Factor
    {
        get;
        init => field = value is > 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Factor), value, "Factor must be above 0 and below 1.");
    } = 0.1;

    /// <summary>The number of epochs without a new best metric after which the learning rate falls, at least 1. Default 5.</summary>
    public int Patience
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Patience), value, "Patience must be at least 1.");
    } = 5;

    internal override double FactorAt(double done, double warmUp) => 1;
}
