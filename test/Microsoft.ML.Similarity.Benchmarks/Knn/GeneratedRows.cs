using System.Numerics.Tensors;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Benchmarks.Knn;

/// <summary>Rows like embeddings: curved clusters of few dimensions among many, of length 1. Each row is the same whatever the number of rows.</summary>
internal static class GeneratedRows
{
    private const int Clusters = 1000;
    private const int Latent = 48;
    private const int Intrinsic = 24;
    private const float CentreSize = 0.7f;
    private const float Spread = 1.6f;
    private const float Decay = 0.97f;
    private const float Curvature = 0.3f;
    private const float Noise = 0.02f;

    public static float[] Create(int first, int count, int dimension, int seed)
    {
        var common = new NormalNumbers((ulong)seed << 32);
        var centres = Normal(Clusters * Latent, CentreSize, ref common);
        var bases = Normal(Clusters * Intrinsic * Latent, Spread / MathF.Sqrt(Latent), ref common);
        var straight = Normal(Latent * dimension, 1 / MathF.Sqrt(Latent), ref common);
        var curved = Normal(Latent * dimension, 1 / MathF.Sqrt(Latent), ref common);
        var rows = new float[count * dimension];
        Parallel.For(0, count, i =>
        {
            var numbers = new NormalNumbers(((ulong)seed << 32) + (ulong)(first + i) + 1);
            var cluster = (int)((uint)(first + i) * 2654435761u % Clusters);
            Span<float> latent = stackalloc float[Latent];
            Span<float> bent = new float[dimension];
            var row = rows.AsSpan(i * dimension, dimension);
            centres.AsSpan(cluster * Latent, Latent).CopyTo(latent);
            for (var j = 0; j < Intrinsic; j++)
                TensorPrimitives.MultiplyAdd(bases.AsSpan(((cluster * Intrinsic) + j) * Latent, Latent), numbers.Next() * MathF.Pow(Decay, j), latent, latent);
            for (var j = 0; j < Latent; j++)
            {
                TensorPrimitives.MultiplyAdd(straight.AsSpan(j * dimension, dimension), latent[j], row, row);
                TensorPrimitives.MultiplyAdd(curved.AsSpan(j * dimension, dimension), latent[j], bent, bent);
            }
            TensorPrimitives.Tanh<float>(bent, bent);
            TensorPrimitives.MultiplyAdd(bent, Curvature, row, row);
            for (var d = 0; d < dimension; d++)
                row[d] += Noise * numbers.Next();
            TensorPrimitives.Divide(row, TensorPrimitives.Norm<float>(row), row);
        });
        return rows;
    }

    private static float[] Normal(int count, float size, ref NormalNumbers numbers)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = size * numbers.Next();
        return values;
    }
}
