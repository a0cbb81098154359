using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Trainers;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>The trainers that benchmarks use, on the columns Label and Features.</summary>
internal static class BenchmarkTrainers
{
    /// <summary>With default options.</summary>
    public static IEstimator<EmbeddingTransformer> Default(MLContext ml, CommandLine command, Report report) =>
        ml.Similarity.Trainers.MetricLearning(new MetricLearningTrainer.Options { Seed = command.Seed, Progress = new ProgressLines(report) });

    /// <summary>A network of this form, hardly trained: for speed only.</summary>
    public static IEstimator<EmbeddingTransformer> Quick(MLContext ml, int[] hiddenWidths, int outputDimension) =>
        ml.Similarity.Trainers.MetricLearning(new MetricLearningTrainer.Options
        {
            Encoder = new MlpEncoder { HiddenWidths = hiddenWidths, OutputDimension = outputDimension },
            MaximumNumberOfEpochs = 1,
            ValidationFraction = 0,
        });
}
