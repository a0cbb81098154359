using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Rows;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Validation;

/// <summary>The examples on which the embedding is measured after each epoch.</summary>
internal abstract class EmbeddingValidation(FeatureStore features)
{
    /// <summary>What the metric is called, as in its own evaluation.</summary>
    public abstract string Metric { get; }

    /// <summary>The number of examples measured on.</summary>
    public abstract int Count { get; }

    /// <summary>The metric of the embedding as it is now, the higher the better; NaN where a value of it is not finite.</summary>
    public double Measure(EncoderModule encoder)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        encoder.eval();
        try
        {
            return MeasureCore(encoder);
        }
        finally
        {
            encoder.train();
        }
    }

    /// <summary>The metric, computed without gradient, with the encoder in evaluation mode.</summary>
    private protected abstract double MeasureCore(EncoderModule encoder);

    /// <summary>The embeddings of some rows: [rows, dimension] float32 on the encoder's device.</summary>
    private protected Tensor Embed(EncoderModule encoder, ReadOnlySpan<int> rows)
    {
        using var scope = NewDisposeScope();
        var blocks = new List<Tensor>();
        for (var start = 0; start < rows.Length; start += encoder.RowsAtOnce)
        {
            using var inner = NewDisposeScope();
            var block = rows[start..Math.Min(rows.Length, start + encoder.RowsAtOnce)];
            blocks.Add(encoder.call(features.Gather(block)).to(ScalarType.Float32).MoveToOuterDisposeScope());
        }
        return cat(blocks).MoveToOuterDisposeScope();
    }

    private protected static bool IsFinite(float[] values) => FeatureReader.IsFinite(values);
}
