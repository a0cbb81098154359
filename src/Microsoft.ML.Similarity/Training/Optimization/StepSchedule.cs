using Microsoft.ML.Similarity.Tensors;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>The learning rate falls by a factor at each of some points of the training.</summary>
/// <remarks>The defaults are those of He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition" (2016), section 4.2.</remarks>
public sealed record StepSchedule : LearningRateSchedule
{
    /// <summary>The points, as shares of the whole training, warm-up included; rising, each above 0 and below 1. Default 0.5 and 0.75.</summary>
    public IReadOnlyList<double> Milestones
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Milestones));
            double[] milestones = [.. value];
            for (var i = 0; i < milestones.Length; i++)
            {
                var last = i == 0 ? 0 : milestones[i - 1];
                if (!(milestones[i] > last && milestones[i] < 1))
                    throw new ArgumentOutOfRangeException(nameof(Milestones), milestones[i], "Milestones must be rising, each above 0 and below 1.");
            }
            field = milestones;
        }
    } = [0.5, 0.75];

    /// <summary>What the learning rate is multiplied with at each point, above 0. Default 0.1.</summary>
    public double Factor
    {
        get;
        init => field = Ranges.Above(value, 0, nameof(Factor));
    } = 0.1;

    /// <summary>Equal milestones count, not equal lists.</summary>
    public bool Equals(StepSchedule? other) => other is not null && Milestones.SequenceEqual(other.Milestones) && Factor.Equals(other.Factor);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Milestones.Count, Factor);

    internal override double FactorAt(double done, double warmUp) => Math.Pow(Factor, Milestones.Count(milestone => done >= milestone));
}
