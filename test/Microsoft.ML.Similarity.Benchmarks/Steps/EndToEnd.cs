using System.Text.Json.Nodes;
using Microsoft.ML.Similarity.Embedding;

namespace Microsoft.ML.Similarity.Benchmarks.Steps;

/// <summary>A step of a training as users call it, from a view, beside the same step without the loop around it.</summary>
/// <remarks>
/// Of all epochs but the first, whose time holds that of reading the view. An epoch's dealing of batches, its report and the copy of its weights are in it.
/// </remarks>
internal static class EndToEnd
{
    private const int Epochs = 5;

    // What the loop may add to a step: a share of it, or so many milliseconds where that is more.
    private const double LargestShare = 0.1;
    private const double LargestAddition = 0.02;

    public static void Measure(TrainingLoad load, CommandLine command, Report report, int steps)
    {
        double bare;
        using (var step = load.CreateStep(command))
            bare = StepClock.Mean(step, command.TorchDevice, steps);

        var ml = command.CreateContext();
        var options = load.CreateOptions(command);
        options.MaximumNumberOfEpochs = Epochs;
        EmbeddingTransformer model = ml.Similarity.Trainers.MetricLearning(options).Fit(load.View(ml, steps, command.Seed));
        var seconds = (model.Summary.Epochs[^1].Elapsed - model.Summary.Epochs[0].Elapsed).TotalSeconds;
        var milliseconds = seconds * 1000 / ((Epochs - 1) * steps);
        var limit = bare + Math.Max(LargestShare * bare, LargestAddition);
        report.Result("ms a step end to end", milliseconds, seconds, new JsonObject
        {
            ["workload"] = load.Name,
            ["device"] = command.Device,
            ["ratio"] = Math.Round(milliseconds / bare, 4),
            ["limit"] = limit,
            ["reached"] = milliseconds <= limit,
            ["stepsInEpoch"] = steps,
            ["precision"] = $"{options.Precision}",
            ["graphs"] = command.Has("--graphs"),
        }, "bare step", bare);
    }
}
