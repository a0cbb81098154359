using System.Text.Json.Serialization;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>How the learning rate moves. A declaration with validated values, immutable and comparable by value.</summary>
[JsonDerivedType(typeof(ConstantSchedule), "constant")]
[JsonDerivedType(typeof(CosineSchedule), "cosine")]
[JsonDerivedType(typeof(StepSchedule), "step")]
[JsonDerivedType(typeof(OneCycleSchedule), "oneCycle")]
[JsonDerivedType(typeof(PlateauSchedule), "plateau")]
public abstract record LearningRateSchedule
{
    private protected LearningRateSchedule()
    {
    }

    /// <summary>Whether the schedule begins with a warm-up of its own.</summary>
    internal virtual bool WarmsUp => false;

    /// <summary>What the learning rate is multiplied with after warm-up.</summary>
    /// <param name="done">The share of the training that is done, at least <paramref name="warmUp"/> and below 1.</param>
    /// <param name="warmUp">The share of the training that warm-up takes; 0 where the schedule has its own.</param>
    internal abstract double FactorAt(double done, double warmUp);
}
