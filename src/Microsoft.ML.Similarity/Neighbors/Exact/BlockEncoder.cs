using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Writes the codes of rows, sixteen rows a block.</summary>
/// <param name="rows">The rows.</param>
/// <param name="projection">What takes them to their coordinates.</param>
/// <param name="scale">What takes coordinates to codes.</param>
/// <param name="codes">All blocks.</param>
/// <param name="bias">Of all blocks' rows.</param>
/// <param name="errors">Becomes, for each row, at most how far its codes are from its projection.</param>
internal sealed unsafe class BlockEncoder<TRows>(
    TRows rows, FilterProjection projection, CodeScale scale, byte* codes, int* bias, float[] errors)
    where TRows : IRowSource
{
    // Float squares that underflow are no error of the codes, but of the distances compared with them.
    private const double Underflow = 1e-20;

    private int CoordinateFloats => Padding.ForFloats(projection.Width) + Padding.Floats;

    /// <summary>What a thread needs.</summary>
    public int ScratchBytes => (((2 * projection.Stride) + CoordinateFloats) * sizeof(float)) + Padding.ForCodes(projection.Width);

    /// <summary>In the form that <see cref="Parallel"/> calls.</summary>
    public AlignedMemory Encode(int block, ParallelLoopState state, AlignedMemory scratch)
    {
        float* row = (float*)scratch.Pointer, centred = row + projection.Stride, coordinates = centred + projection.Stride;
        var rowCodes = (byte*)(coordinates + CoordinateFloats);
        var steps = (projection.Width + 3) / 4;
        for (var i = 0; i < BoundFilter.BlockRows; i++)
        {
            var number = (block * BoundFilter.BlockRows) + i;
            if (number >= rows.Count)
            {
                bias[number] = BoundFilter.NoCodesBias;
                continue;
            }
            var error = projection.Apply(rows.Read(number, row), coordinates, centred);
            var squared = scale.EncodeRow(coordinates, projection.Width, rowCodes, out var norm);
            bias[number] = -norm;
            errors[number] = (float)((Math.Sqrt(squared) + error + Underflow) * (1 + 1e-6));
            for (var step = 0; step < steps; step++)
                ((int*)(codes + ((((long)block * steps) + step) * 64)))[i] = ((int*)rowCodes)[step];
        }
        return scratch;
    }
}
