using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>The directions in which rows vary most, and the mean they vary about.</summary>
/// <remarks>Orthonormal up to rounding; <see cref="Skew"/> says how far off they may be.</remarks>
internal sealed unsafe class PrincipalAxes : IDisposable
{
    // As many vectors as a FloatTile takes.
    private const int Together = 4;

    private readonly AlignedMemory _mean;
    private readonly AlignedMemory _axes;

    /// <param name="dimension">The number of values of a row.</param>
    /// <param name="count">The number of axes.</param>
    public PrincipalAxes(int dimension, int count)
    {
        Dimension = dimension;
        Count = count;
        Stride = Padding.ForFloats(dimension);
        _mean = AlignedMemory.For<float>(Stride);
        _axes = AlignedMemory.For<float>((long)count * Stride);
        Variances = new double[count];
    }

    public int Dimension { get; }

    public int Count { get; }

    /// <summary>The dimension, padded.</summary>
    public int Stride { get; }

    /// <summary>The mean of the rows, padded with zeros.</summary>
    public float* Mean => (float*)_mean.Pointer;

    /// <summary>One axis after the other, each padded with zeros, that of the largest variance first.</summary>
    public float* Axes => (float*)_axes.Pointer;

    /// <summary>The variance along each axis.</summary>
    public double[] Variances { get; }

    /// <summary>The variance along all directions, axes or not.</summary>
    public double TotalVariance { get; set; }

    /// <summary>An upper bound of the distance between the axes and truly orthonormal ones, as linear maps.</summary>
    public double Skew { get; set; }

    /// <param name="vector">Padded.</param>
    /// <param name="count">How many of the axes.</param>
    /// <param name="coordinates">Room for the count, padded to 16; what is past the count becomes 0.</param>
    /// <param name="centred">Room for a padded vector; becomes the vector less the mean.</param>
    public void Project(float* vector, int count, float* coordinates, float* centred)
    {
        for (var i = 0; i < Stride; i++)
            centred[i] = vector[i] - Mean[i];
        Rotate(Axes, centred, count, Stride, coordinates);
    }

    /// <summary>The inner products of a padded vector with padded rows one after the other.</summary>
    public static void Rotate(float* rows, float* vector, int count, int stride, float* products)
    {
        var i = 0;
        for (; i + 4 <= count; i += 4)
        {
            var row = rows + ((long)i * stride);
            var four = FloatKernels<Product>.Four(vector, row, row + stride, row + (2 * stride), row + (3 * stride), stride);
            four.Store(products + i);
        }
        for (; i < count; i++)
            products[i] = FloatKernels<Product>.One(vector, rows + ((long)i * stride), stride);
        new Span<float>(products + count, Padding.ForFloats(count) - count).Clear();
    }

    /// <summary>As <see cref="Rotate(float*, float*, int, int, float*)"/>, of many vectors; to the same bits.</summary>
    /// <param name="rows">Padded, one after the other.</param>
    /// <param name="vectors">Padded.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="products">Those of one vector after those of the other, each padded to 16.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    public static void Rotate(float* rows, FloatRows vectors, int count, float* products, ParallelOptions parallel)
    {
        var width = Padding.ForFloats(count);
        Parallel.For(0, (vectors.Count + Together - 1) / Together, parallel, group =>
        {
            var first = group * Together;
            if (FloatTile<Product>.Pays && first + Together <= vectors.Count)
            {
                RotateFour(rows, vectors.Row(first), count, vectors.Stride, products + ((long)first * width), width);
            }
            else
            {
                for (var i = first; i < Math.Min(first + Together, vectors.Count); i++)
                    Rotate(rows, vectors.Row(i), count, vectors.Stride, products + ((long)i * width));
            }
        });
    }

    private static void RotateFour(float* rows, float* vectors, int count, int stride, float* products, int width)
    {
        var sums = stackalloc Vector128<float>[Together];
        var i = 0;
        for (; i + Together <= count; i += Together)
        {
            FloatTile<Product>.Compute<Lanes512>(vectors, rows + ((long)i * stride), stride, sums);
            for (var j = 0; j < Together; j++)
                sums[j].Store(products + (j * width) + i);
        }
        for (var j = 0; j < Together; j++)
        {
            for (var rest = i; rest < count; rest++)
                products[(j * width) + rest] = FloatKernels<Product>.One(vectors + (j * stride), rows + ((long)rest * stride), stride);
            new Span<float>(products + (j * width) + count, width - count).Clear();
        }
    }

    public void Dispose()
    {
        _mean.Dispose();
        _axes.Dispose();
    }
}
