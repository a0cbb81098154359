using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Persistence;
using Microsoft.ML.Similarity.Rows;
using Microsoft.ML.Similarity.Training;

[assembly: LoadableClass(typeof(PairEmbeddingTransformer), typeof(SavedPairEmbedding), null, typeof(SignatureLoadModel),
    "Similarity embedding of pairs", SavedPairEmbedding.Signature)]

namespace Microsoft.ML.Similarity.Interop;

/// <summary>The saved form of a <see cref="PairEmbeddingTransformer"/>.</summary>
internal static class SavedPairEmbedding
{
    public const string Signature = "SIMPAIRS";
    private const string WeightsStream = "Weights";
    private const string IdsStream = "Ids";
    private const string ItemsStream = "Items";
    private const string ItemsTensor = "embeddings";

    public static void Save(ModelSaveContext context, PairEmbeddingTransformer transformer)
    {
        SavedModel.WriteHeader(context, Signature);
        SavedModel.WriteOptions(context, new Options(
            [.. transformer.Columns], transformer.Items is not null, transformer.Model.InputDimension, transformer.Model.Encoder, transformer.Model.LossState is not null, transformer.Summary));
        SavedModel.WriteStream(context, WeightsStream, transformer.Model.Weights.Write);
        SavedLossState.Save(context, transformer.Model.LossState);
        if (transformer.Items is not { } items)
            return;
        SavedModel.WriteStream(context, IdsStream, stream => VocabularyFile.Write(stream, items.Ids));
        SavedModel.WriteStream(context, ItemsStream, stream =>
            Safetensors.Write(stream, [SafetensorsPart.Of<float>(ItemsTensor, items.Values, items.Ids.Count, items.Dimension)]));
    }

    // Called by ML.NET, by name.
    internal static PairEmbeddingTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        SavedModel.CheckHeader(context, Signature);
        var options = SavedModel.ReadOptions<Options>(context);
        if (options.Columns.Length == 0)
            throw new FormatException("The saved model is damaged: it embeds no column.");
        var weights = SavedModel.ReadStream(context, WeightsStream, EncoderWeights.Read);
        var lossState = SavedLossState.Load(context, options.HasLossState);
        var items = options.HasItems ? LoadItems(context, options.Encoder.OutputDimension) : null;
        return new PairEmbeddingTransformer(
            environment, new EmbeddingModel(options.Encoder, options.InputDimension, weights, lossState), options.Columns, items, options.Summary);
    }

    private static ItemEmbeddings LoadItems(ModelLoadContext context, int dimension)
    {
        var ids = SavedModel.ReadStream(context, IdsStream, VocabularyFile.Read).Freeze();
        var values = SavedModel.ReadStream(context, ItemsStream, stream => Safetensors.Read(stream).Get<float>(ItemsTensor, ids.Count, dimension));
        return new(ids, values, dimension);
    }

    private sealed record Options(PairEmbeddingColumn[] Columns, bool HasItems, int InputDimension, Encoder Encoder, bool HasLossState, TrainingSummary Summary);
}
