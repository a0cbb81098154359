using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Evaluation;
using Microsoft.ML.Similarity.Rows;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>The rows on which the embedding is measured after each epoch.</summary>
internal sealed class ValidationSet
{
    // Every epoch compares all these rows with one another: more would cost more than they tell.
    public const int MaximumRows = 4096;

    private const int RowsAtOnce = 1024;

    private readonly FeatureStore _features;
    private readonly int[] _rows;
    private readonly int[] _classes;

    public ValidationSet(TrainingSet set, int[] rows, int seed)
    {
        _features = set.Features;
        _rows = HoldOut.Limit(rows, set.Classes, set.ClassCount, MaximumRows, SeedSequence.ValidationRows(seed));
        _classes = Array.ConvertAll(_rows, row => set.Classes[row]);
    }

    public int Count => _rows.Length;

    /// <summary>Whether some class has two rows: without, there is nothing to measure.</summary>
    public bool IsUsable => _classes.Length > _classes.Distinct().Count();

    /// <summary>MAP@R, leave-one-out, of the embedding as it is now; NaN where a value of it is not finite.</summary>
    public double Measure(EncoderModule encoder)
    {
        encoder.eval();
        float[] embeddings = [];
        var dimension = 0;
        using (var scope = NewDisposeScope())
        using (no_grad())
        {
            for (var start = 0; start < _rows.Length; start += RowsAtOnce)
            {
                using var inner = NewDisposeScope();
                var count = Math.Min(RowsAtOnce, _rows.Length - start);
                var embedded = encoder.call(_features.Gather(_rows.AsSpan(start, count))).to(ScalarType.Float32).cpu().contiguous();
                if (start == 0)
                {
                    dimension = (int)embedded.shape[1];
                    embeddings = new float[_rows.Length * dimension];
                }
                embedded.data<float>().CopyTo(embeddings.AsSpan(start * dimension, count * dimension));
            }
        }
        encoder.train();
        if (!FeatureReader.IsFinite(embeddings))
            return double.NaN;
        return RetrievalEvaluator.LeaveOneOut(new LabelledRows(embeddings, dimension, _classes)).MeanAveragePrecisionAtR;
    }
}
