using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Encoders;

namespace Microsoft.ML.Similarity.Training;

/// <summary>What the weights of an encoder are when training begins.</summary>
internal static class FirstWeights
{
    /// <param name="encoder">As it was drawn at random.</param>
    /// <param name="settings">How to train.</param>
    /// <param name="objective">The rows to train on.</param>
    /// <param name="channel">Hears where the weights are from.</param>
    /// <exception cref="FormatException">The encoder's weights file does not fit it.</exception>
    /// <exception cref="IOException">The encoder's weights file cannot be read.</exception>
    public static void Set(EncoderModule encoder, TrainingSettings settings, Objective objective, IChannel channel)
    {
        if (settings.Previous is { } previous)
        {
            // The statistics of its inputs, too, though the new rows have others: its weights were learned for inputs so standardised.
            encoder.SetWeights(previous.Weights);
            channel.Info(MessageSensitivity.None, "Training continues from a previous model: with its weights, and the statistics by which it standardises its inputs.");
            return;
        }
        if (settings.Encoder.BeginWith(encoder) is { Count: > 0 } drawn)
            channel.Info(MessageSensitivity.None, "Weights that the file does not have for this encoder are drawn at random: {0}.", string.Join(", ", drawn));
        if (settings.Encoder.StandardizeInputs)
        {
            var (mean, deviation) = objective.Features.Statistics(objective.Rows);
            encoder.SetInputStatistics(mean, deviation);
        }
    }
}
