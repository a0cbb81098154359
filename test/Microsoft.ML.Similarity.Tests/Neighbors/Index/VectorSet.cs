using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Index;

/// <summary>Vectors for tests, one after the other.</summary>
internal sealed record VectorSet(float[] Values, int Dimension)
{
    public int Count => Values.Length / Dimension;

    public ReadOnlySpan<float> this[int row] => Values.AsSpan(row * Dimension, Dimension);

    /// <summary>Clusters of few dimensions among many, as embeddings have.</summary>
    public static VectorSet Clustered(int count, int dimension, int seed, float size = 1)
    {
        const int clusters = 20;
        var inner = Math.Min(dimension, 6);
        var numbers = new NormalNumbers((ulong)seed);
        var common = new NormalNumbers(77);
        var centres = Normal(clusters * dimension, ref common);
        var directions = Normal(clusters * inner * dimension, ref common);
        var values = new float[count * dimension];
        for (var row = 0; row < count; row++)
        {
            var cluster = row * 7 % clusters;
            var latent = Normal(inner, ref numbers);
            for (var j = 0; j < dimension; j++)
            {
                var value = (2 * centres[(cluster * dimension) + j]) + (0.05f * numbers.Next());
                for (var i = 0; i < inner; i++)
                    value += latent[i] * directions[(((cluster * inner) + i) * dimension) + j];
                values[(row * dimension) + j] = size * value;
            }
        }
        return new(values, dimension);
    }

    public static VectorSet Uniform(int count, int dimension, int seed)
    {
        var random = new Random(seed);
        return new([.. Enumerable.Range(0, count * dimension).Select(_ => random.NextSingle())], dimension);
    }

    /// <summary>Few different values: many ties.</summary>
    public static VectorSet Grid(int count, int dimension, int seed)
    {
        var random = new Random(seed);
        return new([.. Enumerable.Range(0, count * dimension).Select(_ => (float)random.Next(3))], dimension);
    }

    private static float[] Normal(int count, ref NormalNumbers numbers)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = numbers.Next();
        return values;
    }
}
