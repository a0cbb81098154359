using Microsoft.ML;
using Microsoft.ML.Similarity.Evaluation;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Neighbors;

[assembly: LoadableClass(typeof(SimilarTransformer), typeof(SavedSimilar), null, typeof(SignatureLoadModel),
    "Similarity of two vectors", SavedSimilar.Signature)]

namespace Microsoft.ML.Similarity.Interop;

/// <summary>The saved form of a <see cref="SimilarTransformer"/>.</summary>
internal static class SavedSimilar
{
    public const string Signature = "SIMPAIRS";

    public static void Save(ModelSaveContext context, SimilarTransformer transformer)
    {
        SavedModel.WriteHeader(context, Signature);
        SavedModel.WriteOptions(context, new Options(
            transformer.LeftColumnName, transformer.RightColumnName, transformer.Dimension, transformer.Metric, transformer.Threshold, transformer.Calibration));
    }

    // Called by ML.NET, by name.
    internal static SimilarTransformer Create(ModelLoadContext context)
    {
        SavedModel.CheckHeader(context, Signature);
        var options = SavedModel.ReadOptions<Options>(context);
        return options.Dimension >= 1 && Enum.IsDefined(options.Metric)
            ? new(options.LeftColumn, options.RightColumn, options.Dimension, options.Metric, options.Threshold, options.Calibration)
            : throw new FormatException("The saved model is damaged: it has no dimension or no metric.");
    }

    private sealed record Options(
        string LeftColumn, string RightColumn, int Dimension, NeighborMetric Metric, float Threshold, ThresholdCalibration? Calibration);
}
