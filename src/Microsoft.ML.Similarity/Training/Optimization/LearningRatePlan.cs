using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>The learning rate of one training: warm-up, then the schedule, and what a plateau of the metric takes away.</summary>
/// <param name="rate">The learning rate that factors multiply.</param>
/// <param name="warmUpFraction">The share of the training in which the rate rises, unless the schedule has a rise of its own.</param>
/// <param name="schedule">How it moves.</param>
internal sealed class LearningRatePlan(double rate, double warmUpFraction, LearningRateSchedule schedule) : IDisposable
{
    // The first step of a warm-up would otherwise change nothing.
    private const double LeastWarmUp = 1e-3;

    private readonly double _warmUp = schedule.WarmsUp ? 0 : warmUpFraction;

    // Best metric, epochs since, factor.
    private readonly Tensor _plateau = tensor([double.NegativeInfinity, 0, 1]).DetachFromDisposeScope();

    /// <summary>What later learning rates depend on; updated in place.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State => [KeyValuePair.Create("plateau", _plateau)];

    /// <summary>The learning rate when a share of the training is done, at least 0 and below 1.</summary>
    public double At(double done)
    {
        if (done < _warmUp)
            return rate * Math.Max(done / _warmUp, LeastWarmUp);
        using var plateau = _plateau.data<double>();
        return rate * (schedule.FactorAt(done, _warmUp) * plateau[2]);
    }

    /// <summary>To be called after each epoch with the validation metric, the higher the better.</summary>
    public void Observe(double metric)
    {
        if (schedule is not PlateauSchedule { Factor: var factor, Patience: var patience })
            return;
        using var plateau = _plateau.data<double>();
        if (metric > plateau[0])
        {
            (plateau[0], plateau[1]) = (metric, 0);
        }
        else if (++plateau[1] >= patience)
        {
            (plateau[1], plateau[2]) = (0, plateau[2] * factor);
        }
    }

    public void Dispose() => _plateau.Dispose();
}
