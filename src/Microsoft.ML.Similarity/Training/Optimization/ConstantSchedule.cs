namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>The learning rate stays.</summary>
public sealed record ConstantSchedule : LearningRateSchedule
{
    internal override double FactorAt(double done, double warmUp) => 1;
}
