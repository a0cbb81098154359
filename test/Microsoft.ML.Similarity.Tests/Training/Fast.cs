using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Sampling;
using Microsoft.ML.Similarity.Trainers;

namespace Microsoft.ML.Similarity.Tests.Training;

/// <summary>Trainings that take milliseconds.</summary>
internal static class Fast
{
    /// <summary>A small network, a few epochs.</summary>
    public static MetricLearningTrainer.Options Options(Action<MetricLearningTrainer.Options>? change = null)
    {
        var options = new MetricLearningTrainer.Options
        {
            Encoder = new MlpEncoder { OutputDimension = 4, HiddenWidths = [8] },
            BatchSize = 16,
            Sampler = new ClassSampler { RowsPerClass = 4 },
            MaximumNumberOfEpochs = 3,
            Seed = 1,
        };
        change?.Invoke(options);
        return options;
    }

    public static EmbeddingTransformer Fit(MLContext ml, IDataView data, Action<MetricLearningTrainer.Options>? change = null) =>
        ml.Similarity.Trainers.MetricLearning(Options(change)).Fit(data);

    /// <summary>All weights one after another, to be compared bit by bit.</summary>
    public static int[] WeightBits(EmbeddingTransformer transformer) =>
        [.. transformer.Model.Weights.Entries.SelectMany(entry => entry.Value.Values).Select(BitConverter.SingleToInt32Bits)];

    public static float[][] Embeddings(ITransformer transformer, IDataView data) =>
        Neighbors.Examples.Vectors<float>(transformer.Transform(data), "Embedding");
}
