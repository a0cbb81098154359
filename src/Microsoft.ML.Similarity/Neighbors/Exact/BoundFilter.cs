using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Small codes of rows from which follows, for most rows, that they are not among the nearest.</summary>
/// <remarks>
/// Vectors are projected so that distances do not grow, then quantised with errors that are known; a row whose codes are farther from
/// the query's than the k-th distance and both errors cannot be a neighbour. The few rows with large errors have no codes and are always
/// to be verified. Memory per row: a byte for each coordinate of the projection, padded to 4, and 4 bytes.
/// </remarks>
internal sealed unsafe class BoundFilter
{
    public const int BlockRows = 16;

    // Below any sum of codes and bias; a row with the bias never passes, and a query with the threshold lets all others pass.
    public const int NoCodesBias = int.MinValue / 2;
    public const int PassAll = int.MinValue / 4;
    public const int PassNone = int.MaxValue;

    private readonly FilterProjection _projection;
    private readonly CodeScale _scale;
    private readonly double _distanceRounding;

    public BoundFilter(FilterShape shape, FilterMemory memory)
    {
        Shape = shape;
        Memory = memory;
        _projection = shape.Projection(memory);
        _scale = new CodeScale(shape.Step);
        _distanceRounding = 1 + (2 * FilterProjection.RoundingOfSums(_projection.Stride));
        Steps = (_projection.Width + 3) / 4;
    }

    public FilterShape Shape { get; }

    public FilterMemory Memory { get; }

    /// <summary>The coordinates, in fours.</summary>
    public int Steps { get; }

    /// <summary>The floats of the scratch that <see cref="Encode"/> needs.</summary>
    public int ScratchFloats => (2 * _projection.Stride) + CoordinateFloats + (CodeBytes / sizeof(float));

    private int CoordinateFloats => Padding.ForFloats(_projection.Width) + Padding.Floats;

    private int CodeBytes => Padding.ForCodes(4 * Steps);

    /// <summary>Nodes without codes.</summary>
    public ReadOnlySpan<int> Exceptions => new(Memory.Exceptions.Pointer, Memory.Exceptions.CountOf<int>());

    /// <summary>The blocks of that many rows: an even number, as some are compared in twos.</summary>
    public static int BlocksOf(int rows) => (rows + (2 * BlockRows) - 1) / (2 * BlockRows) * 2;

    public byte* Block(int block) => Memory.Codes.Pointer + ((long)block * Steps * 64);

    /// <summary>The nodes of a block that have codes, a bit a node.</summary>
    public uint Coded(int block)
    {
        var bits = 0u;
        for (var i = 0; i < BlockRows; i++)
            bits |= Bias(block)[i] == NoCodesBias ? 0 : 1u << i;
        return bits;
    }

    public int* Bias(int block) => Memory.Bias.As<int>() + (block * BlockRows);

    /// <param name="query">Prepared, padded.</param>
    /// <param name="dimension">Of the query.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/>, at a multiple of 64 bytes.</param>
    /// <param name="codes">Becomes the query's codes, four after four, each time so many bytes on.</param>
    /// <param name="codesStride">How many bytes.</param>
    public FilterQuery Encode(float* query, int dimension, float* scratch, sbyte* codes, int codesStride)
    {
        FilterQuery encoded = default;
        float* lifted = scratch, centred = scratch + _projection.Stride, coordinates = centred + _projection.Stride;
        var packed = (sbyte*)(coordinates + CoordinateFloats);
        if (Shape.Metric == NeighborMetric.InnerProduct)
        {
            Lift(query, dimension, lifted, ref encoded);
        }
        else
        {
            lifted = query;
            encoded.SquaredFactor = _distanceRounding;
        }
        var error = _projection.Apply(lifted, coordinates, centred);
        var squared = _scale.EncodeQuery(coordinates, _projection.Width, packed, out var norm, out encoded.Offset);
        encoded.Error = Math.Sqrt(squared) + error;
        encoded.Norm = norm * 0.25;
        encoded.HasShortSums = ShortSums.Fit(packed, Steps);
        for (var step = 0; step < Steps; step++)
            *(int*)(codes + (step * codesStride)) = ((int*)packed)[step];
        return encoded;
    }

    /// <summary>What a row's sum must be above to be, perhaps, as near as the distance.</summary>
    public int Threshold(in FilterQuery query, float distance)
    {
        var squared = Math.Max(query.SquaredBase + (query.SquaredFactor * distance), 0);
        var steps = (Math.Sqrt(squared) + query.Error + Shape.Error) / Shape.Step;
        var least = query.Norm - (steps * steps * (1 + 1e-12)) - 1;
        return least > PassAll / 2 ? (int)Math.Floor(least) + query.Offset : PassAll;
    }

    // A row of zeros in the new coordinate; of the length of the rows, for the codes to reach it.
    private void Lift(float* query, int dimension, float* lifted, ref FilterQuery encoded)
    {
        double squared = 0;
        for (var i = 0; i < dimension; i++)
            squared += (double)query[i] * query[i];
        var factor = squared > 0 ? (float)(Shape.Radius / Math.Sqrt(squared)) : 0;
        double squaredLifted = 0;
        for (var i = 0; i < dimension; i++)
        {
            lifted[i] = query[i] * factor;
            squaredLifted += (double)lifted[i] * lifted[i];
        }
        new Span<float>(lifted + dimension, _projection.Stride - dimension).Clear();
        // |q|² + |x|² - 2 q·x, each with what rounding may add
        var product = Math.Sqrt(squaredLifted) * Shape.Radius;
        encoded.SquaredBase = squaredLifted + (Shape.Radius * Shape.Radius * (1 + 1e-6)) + (product * (_distanceRounding - 1 + 1e-6));
        encoded.SquaredFactor = 2.0 * factor;
    }
}
