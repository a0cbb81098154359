using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>
/// Rows laid out for distances to several queries at once: panels of sixteen rows, in each the first values of all rows,
/// then the second ones, and so on. A vector lane is a row, so every distance is summed in the same order of values.
/// </summary>
/// <remarks>
/// Differences are squared directly: equal rows have the distance 0 and nothing cancels. The sums depend neither on
/// the row's place, nor on the width of the hardware's vectors, nor on the thread.
/// </remarks>
internal sealed class ReferencePanels
{
    /// <summary>Queries come in tiles of this many.</summary>
    public const int TileSize = 4;

    private const int Width = 16;
    private const int RunLength = 128;   // partial sums of so many values keep the rounding of long rows small

    private readonly float[] _values;
    private readonly int _panels;

    public ReferencePanels(int count, int dimension)
    {
        Dimension = dimension;
        _panels = (count + Width - 1) / Width;
        var length = (long)_panels * Width * dimension;
        if (length > Array.MaxLength)
            throw new InvalidOperationException($"{count} rows of {dimension} values are more than can be searched at once ({Array.MaxLength} values); evaluate a sample of the rows.");
        _values = new float[length];
    }

    public int Dimension { get; }

    /// <summary>The distances of a query to all rows take this much room: the number of rows, rounded up.</summary>
    public int Stride => _panels * Width;

    public void Set(int row, ReadOnlySpan<float> values)
    {
        var start = (row / Width * Width * Dimension) + (row % Width);
        for (var i = 0; i < values.Length; i++)
            _values[start + (i * Width)] = values[i];
    }

    /// <summary>Puts a query into its place of the tiles given to <see cref="Distances"/>.</summary>
    public static void SetQuery(Span<float> tiles, int query, ReadOnlySpan<float> values)
    {
        var tile = tiles.Slice(query / TileSize * TileSize * values.Length, TileSize * values.Length);
        for (var i = 0; i < values.Length; i++)
            tile[(i * TileSize) + (query % TileSize)] = values[i];
    }

    /// <param name="tiles">Whole tiles of queries.</param>
    /// <param name="innerProduct">Whether to give the inner product, negated, instead of the squared Euclidean distance.</param>
    /// <param name="destination">Receives <see cref="Stride"/> values for each query.</param>
    public void Distances(ReadOnlySpan<float> tiles, bool innerProduct, Span<float> destination)
    {
        var tileLength = TileSize * Dimension;
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, tiles.Length / Dimension * Stride);
        for (var panel = 0; panel < _panels; panel++)
        {
            ref var rows = ref _values[panel * Width * Dimension];
            for (var tile = 0; tile < tiles.Length / tileLength; tile++)
            {
                ref var queries = ref MemoryMarshal.GetReference(tiles.Slice(tile * tileLength, tileLength));
                var to = destination[((tile * TileSize * Stride) + (panel * Width))..];
                if (innerProduct)
                    Tile<NegatedProduct>(ref rows, ref queries, Dimension, to, Stride);
                else
                    Tile<SquaredDifference>(ref rows, ref queries, Dimension, to, Stride);
            }
        }
    }

    private static void Tile<TTerm>(ref float rows, ref float queries, int dimension, Span<float> destination, int stride)
        where TTerm : struct, ITerm
    {
        for (var start = 0; start < dimension; start += RunLength)
        {
            var (a0, a1, b0, b1) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
            var (c0, c1, d0, d1) = (a0, a0, a0, a0);
            var end = Math.Min(start + RunLength, dimension);
            for (var i = start; i < end; i++)
            {
                var row0 = Vector256.LoadUnsafe(ref rows, (nuint)(i * Width));
                var row1 = Vector256.LoadUnsafe(ref rows, (nuint)((i * Width) + 8));
                ref var values = ref Unsafe.Add(ref queries, i * TileSize);
                var a = Vector256.Create(values);
                a0 = TTerm.Add(a0, a, row0);
                a1 = TTerm.Add(a1, a, row1);
                var b = Vector256.Create(Unsafe.Add(ref values, 1));
                b0 = TTerm.Add(b0, b, row0);
                b1 = TTerm.Add(b1, b, row1);
                var c = Vector256.Create(Unsafe.Add(ref values, 2));
                c0 = TTerm.Add(c0, c, row0);
                c1 = TTerm.Add(c1, c, row1);
                var d = Vector256.Create(Unsafe.Add(ref values, 3));
                d0 = TTerm.Add(d0, d, row0);
                d1 = TTerm.Add(d1, d, row1);
            }
            Put(destination, a0, a1, start);
            Put(destination[stride..], b0, b1, start);
            Put(destination[(2 * stride)..], c0, c1, start);
            Put(destination[(3 * stride)..], d0, d1, start);
        }
    }

    private static void Put(Span<float> destination, Vector256<float> low, Vector256<float> high, int start)
    {
        if (start > 0)
        {
            low += Vector256.Create<float>(destination);
            high += Vector256.Create<float>(destination[8..]);
        }
        low.CopyTo(destination);
        high.CopyTo(destination[8..]);
    }

    /// <summary>What a pair of values adds to a sum. Fused on all hardware, so that all hardware agrees.</summary>
    private interface ITerm
    {
        static abstract Vector256<float> Add(Vector256<float> sum, Vector256<float> query, Vector256<float> row);
    }

    private readonly struct SquaredDifference : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Add(Vector256<float> sum, Vector256<float> query, Vector256<float> row)
        {
            var difference = query - row;
            return Vector256.FusedMultiplyAdd(difference, difference, sum);
        }
    }

    private readonly struct NegatedProduct : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Add(Vector256<float> sum, Vector256<float> query, Vector256<float> row) =>
            Vector256.FusedMultiplyAdd(-query, row, sum);
    }
}
