using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Training.Pairs;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Validation;

/// <summary>Pairs, or triplets, measured by the distances of their rows.</summary>
internal abstract class PairValidation(PairSet set, int[] pairs, Distance distance, int limit) : EmbeddingValidation(set.Rows)
{
    /// <summary>The pairs measured on; they come in random order, so that the first of them are a sample.</summary>
    private protected int[] Pairs { get; } = pairs.Length <= limit ? pairs : pairs[..limit];

    private protected PairSet Set { get; } = set;

    private protected Distance Distance { get; } = distance;

    public override int Count => Pairs.Length;

    private protected override double MeasureCore(EncoderModule encoder)
    {
        var parts = Set.Parts.Select(part => Embed(encoder, Array.ConvertAll(Pairs, pair => part[pair]))).ToArray();
        return Array.TrueForAll(parts, part => part.isfinite().all().item<bool>()) ? MeasureCore(parts) : double.NaN;
    }

    /// <param name="parts">For each column of rows the pairs' embeddings, [pairs, dimension], all finite.</param>
    private protected abstract double MeasureCore(Tensor[] parts);

    /// <summary>The distance of each pair's rows of two columns.</summary>
    private protected float[] Distances(Tensor left, Tensor right) =>
        RowDistances.Of(Distance, left, right).to(ScalarType.Float32).cpu().data<float>().ToArray();
}
