using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>Batches made from a seed, without torch's global generator.</summary>
internal static class Batches
{
    /// <summary>[rows, dimension] with each value uniform in [-1, 1).</summary>
    public static Tensor Uniform(int seed, int rows, int dimension, ScalarType type = ScalarType.Float64)
    {
        var random = new Random(seed);
        return tensor([.. Enumerable.Range(0, rows * dimension).Select(_ => 2 * random.NextDouble() - 1)], [rows, dimension]).to(type);
    }

    /// <summary>Labels of which the first classes have many rows and the last ones few, often one.</summary>
    public static long[] UnbalancedLabels(int seed, int rows, int classes)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(_ => (long)(classes * Math.Pow(random.NextDouble(), 3)))];
    }

    public static double[,] ToArray(Tensor matrix)
    {
        var values = matrix.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray();
        var (rows, columns) = ((int)matrix.shape[0], (int)matrix.shape[1]);
        var array = new double[rows, columns];
        Buffer.BlockCopy(values, 0, array, 0, values.Length * sizeof(double));
        return array;
    }

    /// <summary>The largest absolute difference between two tensors.</summary>
    public static double Deviation(Tensor actual, Tensor expected) =>
        (actual.detach().to(ScalarType.Float64) - expected.detach().to(ScalarType.Float64)).abs().max().ToDouble();
}
