using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Similarity.Persistence;
using Microsoft.ML.Similarity.Training.Validation;

namespace Microsoft.ML.Similarity.Training.Checkpoints;

/// <summary>What decides the course of a training, as text: two trainings of equal descriptions take the same course.</summary>
internal static class TrainingDescription
{
    public static Dictionary<string, string> Of(TrainingSettings settings, Objective objective, EmbeddingValidation? validation) => new(
    [
        .. objective.Description,
        Pair("Encoder", Json(settings.Encoder)),
        Pair("Augmentation", Json(settings.Augmentation)),
        Pair("Optimizer", Json(settings.Optimizer)),
        Pair("ParameterRules", Json(settings.ParameterRules)),
        Pair("WeightAveraging", Json(settings.WeightAveraging)),
        Pair("LearningRateSchedule", Json(settings.Schedule)),
        Pair("LearningRate", settings.LearningRate),
        Pair("LossLearningRateFactor", settings.LossLearningRateFactor),
        Pair("MaximumGradientNorm", settings.MaximumGradientNorm),
        Pair("GradientAccumulationSteps", settings.GradientAccumulationSteps),
        Pair("GradientCacheChunkSize", settings.GradientCacheChunkSize),
        Pair("Precision", settings.Precision),
        Pair("BatchSize", settings.BatchSize),
        Pair("MaximumNumberOfEpochs", settings.MaximumNumberOfEpochs),
        Pair("WarmUpFraction", settings.WarmUpFraction),
        Pair("EarlyStoppingPatience", settings.EarlyStoppingPatience),
        Pair("the number of features", objective.Features.Dimension),
        Pair("the number of training examples", objective.Count),
        Pair("the number of validation examples", validation?.Count ?? 0),
        .. settings.Previous is null ? [] : new[] { Pair("the previous model", settings.Previous.Checksum()) },
    ]);

    /// <summary>A declaration as JSON; one of a user's own kind, which JSON does not know, as its record says.</summary>
    public static string Json<T>(T declaration)
    {
        try
        {
            return JsonSerializer.Serialize(declaration, DeclarationJson.Options);
        }
        catch (NotSupportedException)
        {
            return $"{declaration}";
        }
    }

    /// <exception cref="InvalidOperationException">They differ; the message says where.</exception>
    public static void CheckEqual(Dictionary<string, string> before, Dictionary<string, string> now)
    {
        foreach (var name in before.Keys.Union(now.Keys))
        {
            var (then, today) = (before.GetValueOrDefault(name, "nothing"), now.GetValueOrDefault(name, "nothing"));
            if (then != today)
            {
                throw new InvalidOperationException(
                    $"CheckpointFolder holds checkpoints of another training: {name} was {then} and is {today}. Train with the options and data of before, or name another folder.");
            }
        }
    }

    private static KeyValuePair<string, string> Pair(string name, object? value) =>
        KeyValuePair.Create(name, Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "null");
}
