namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>The learning rate falls to 0 along half a cosine.</summary>
/// <remarks>Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (2017), without restarts.</remarks>
public sealed record CosineSchedule : LearningRateSchedule
{
    internal override double FactorAt(double done, double warmUp) => 0.5 * (1 + Math.Cos(Math.PI * (done - warmUp) / (1 - warmUp)));
}
