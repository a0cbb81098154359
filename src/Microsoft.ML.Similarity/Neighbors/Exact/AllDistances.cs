using System.Runtime.Intrinsics;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>The compared distances of queries to all rows, where more than the nearest are asked for.</summary>
internal static unsafe class AllDistances
{
    private const int TileQueries = 4;
    private const int TileRows = 4;
    private const int BlockBytes = 16 << 10;   // half of a first-level cache

    /// <param name="queries">Prepared as the rows are.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="distances">Becomes, for each query, the distance of each row.</param>
    public static void Compute<TTerm>(FloatRows queries, FloatRows rows, Span<float> distances)
        where TTerm : struct, IMetricTerm
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(distances.Length, (long)queries.Count * rows.Count);
        var blockRows = Math.Max(TileRows, BlockBytes / sizeof(float) / rows.Stride / TileRows * TileRows);
        fixed (float* start = distances)
        {
            for (var first = 0; first < rows.Count; first += blockRows)
            {
                var end = Math.Min(first + blockRows, rows.Count);
                var query = 0;
                if (FloatTile<TTerm>.Pays)
                {
                    for (; query + TileQueries <= queries.Count; query += TileQueries)
                        Tiles<TTerm>(queries.Row(query), rows, first, end, start + ((long)query * rows.Count));
                }
                for (; query < queries.Count; query++)
                    Block<TTerm>(queries.Row(query), rows, first, end, start + ((long)query * rows.Count));
            }
        }
    }

    private static void Tiles<TTerm>(float* queries, FloatRows rows, int first, int end, float* distances)
        where TTerm : struct, IMetricTerm
    {
        var sums = stackalloc Vector128<float>[TileQueries];
        var row = first;
        for (; row + TileRows <= end; row += TileRows)
        {
            FloatTile<TTerm>.Compute<Lanes512>(queries, rows.Row(row), rows.Stride, sums);
            for (var i = 0; i < TileQueries; i++)
                TTerm.Distance(sums[i]).Store(distances + ((long)i * rows.Count) + row);
        }
        for (var i = 0; i < TileQueries; i++)
            Block<TTerm>(queries + ((long)i * rows.Stride), rows, row, end, distances + ((long)i * rows.Count));
    }

    private static void Block<TTerm>(float* query, FloatRows rows, int first, int end, float* distances)
        where TTerm : struct, IMetricTerm
    {
        var row = first;
        for (; row + TileRows <= end; row += TileRows)
        {
            var sums = FloatKernels<TTerm>.Four(query, rows.Row(row), rows.Row(row + 1), rows.Row(row + 2), rows.Row(row + 3), rows.Stride);
            TTerm.Distance(sums).Store(distances + row);
        }
        for (; row < end; row++)
            distances[row] = TTerm.Distance(Vector128.CreateScalar(FloatKernels<TTerm>.One(query, rows.Row(row), rows.Stride))).ToScalar();
    }
}
