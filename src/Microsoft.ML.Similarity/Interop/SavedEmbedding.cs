using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Training;

[assembly: LoadableClass(typeof(EmbeddingTransformer), typeof(SavedEmbedding), null, typeof(SignatureLoadModel),
    "Similarity embedding", SavedEmbedding.Signature)]

namespace Microsoft.ML.Similarity.Interop;

/// <summary>The saved form of an <see cref="EmbeddingTransformer"/>.</summary>
internal static class SavedEmbedding
{
    public const string Signature = "SIMEMBED";
    private const string WeightsStream = "Weights";

    public static void Save(ModelSaveContext context, EmbeddingTransformer transformer)
    {
        SavedModel.WriteHeader(context, Signature);
        SavedModel.WriteOptions(context, new Options(
            transformer.FeatureColumnName, transformer.OutputColumnName, transformer.Model.InputDimension, transformer.Model.Encoder, transformer.Model.LossState is not null, transformer.Summary));
        SavedModel.WriteStream(context, WeightsStream, transformer.Model.Weights.Write);
        SavedLossState.Save(context, transformer.Model.LossState);
    }

    // Called by ML.NET, by name.
    internal static EmbeddingTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        SavedModel.CheckHeader(context, Signature);
        var options = SavedModel.ReadOptions<Options>(context);
        var weights = SavedModel.ReadStream(context, WeightsStream, EncoderWeights.Read);
        var lossState = SavedLossState.Load(context, options.HasLossState);
        return new EmbeddingTransformer(
            environment, new EmbeddingModel(options.Encoder, options.InputDimension, weights, lossState), options.FeatureColumn, options.OutputColumn, options.Summary);
    }

    private sealed record Options(string FeatureColumn, string OutputColumn, int InputDimension, Encoder Encoder, bool HasLossState, TrainingSummary Summary);
}
