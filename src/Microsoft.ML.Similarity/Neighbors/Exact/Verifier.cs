using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Computes the distances of chosen nodes and offers their rows to a query's heap.</summary>
internal readonly unsafe struct Verifier<TTerm>(RowTable table, RowMask mask)
    where TTerm : struct, IMetricTerm
{
    /// <summary>The queries of <see cref="VerifyTile"/>.</summary>
    public const int TileQueries = 4;

    /// <summary>The rows among 16 or 32 that may be returned, a bit a node.</summary>
    /// <param name="first">A multiple of 16, or of 32 for so many.</param>
    /// <param name="bits">Those asked for.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Allowed(int first, uint bits)
    {
        if (mask.IsEmpty || bits == 0)
            return bits;
        return table.HasChains ? AllowedChains(first, bits) : bits & (uint)(mask.Word(first >> 6) >> (first & 63));
    }

    /// <param name="query">Padded.</param>
    /// <param name="first">The node of bit 0.</param>
    /// <param name="bits">Nodes to verify, all allowed.</param>
    /// <param name="heap">The query's.</param>
    /// <returns>Whether the heap's limit is another now.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool Verify(float* query, int first, uint bits, ref KeyHeap heap)
    {
        var nodes = table.Nodes;
        var stride = nodes.Stride;
        var limit = heap.Limit;
        while (bits != 0)
        {
            if ((bits & (bits - 1)) == 0)
            {
                var only = first + BitOperations.TrailingZeroCount(bits);
                var sum = Vector128.CreateScalar(FloatKernels<TTerm>.One(query, nodes.Row(only), stride));
                Offer(only, TTerm.Distance(sum).ToScalar(), ref heap);
                break;
            }
            // Where there are fewer than four, the last stands in for the missing.
            int a = Next(first, ref bits), b = Next(first, ref bits);
            var c = bits != 0 ? Next(first, ref bits) : b;
            var d = bits != 0 ? Next(first, ref bits) : c;
            var distances = TTerm.Distance(FloatKernels<TTerm>.Four(query, nodes.Row(a), nodes.Row(b), nodes.Row(c), nodes.Row(d), stride));
            if (!Vector128.LessThanOrEqualAny(distances, Vector128.Create(heap.LimitDistance)))
                continue;
            Offer(a, distances[0], ref heap);
            Offer(b, distances[1], ref heap);
            if (c != b)
                Offer(c, distances[2], ref heap);
            if (d != c)
                Offer(d, distances[3], ref heap);
        }
        return heap.Limit != limit;
    }

    /// <summary>Verifies sixteen nodes for four queries.</summary>
    /// <param name="queries">Padded, one after the other.</param>
    /// <param name="first">The first node.</param>
    /// <param name="heaps">The queries'.</param>
    public void VerifyTile(float* queries, int first, KeyHeap* heaps)
    {
        var nodes = table.Nodes;
        var sums = stackalloc Vector128<float>[TileQueries];
        for (var node = first; node < first + BoundFilter.BlockRows; node += 4)
        {
            FloatTile<TTerm>.Compute<Lanes512>(queries, nodes.Row(node), nodes.Stride, sums);
            for (var i = 0; i < TileQueries; i++)
            {
                var distances = TTerm.Distance(sums[i]);
                if (!Vector128.LessThanOrEqualAny(distances, Vector128.Create(heaps[i].LimitDistance)))
                    continue;
                for (var row = 0; row < 4; row++)
                    Offer(node + row, distances[row], ref heaps[i]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Next(int first, ref uint bits)
    {
        var node = first + BitOperations.TrailingZeroCount(bits);
        bits &= bits - 1;
        return node;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Offer(int node, float distance, ref KeyHeap heap)
    {
        if (distance > heap.LimitDistance)
            return;
        if (table.HasChains)
            OfferChain(node, distance, ref heap);
        else
            heap.Offer(DistanceKey.Create(distance, node));
    }

    private void OfferChain(int node, float distance, ref KeyHeap heap)
    {
        foreach (var row in table.RowsOf(node))
        {
            // Rows ascend: where one is too far, so are the others.
            if ((mask.IsEmpty || mask.Allows(row)) && !heap.Offer(DistanceKey.Create(distance, row)))
                break;
        }
    }

    private uint AllowedChains(int first, uint bits)
    {
        var allowed = 0u;
        for (var rest = bits; rest != 0; rest &= rest - 1)
        {
            var bit = BitOperations.TrailingZeroCount(rest);
            foreach (var row in table.RowsOf(first + bit))
            {
                if (mask.Allows(row))
                {
                    allowed |= 1u << bit;
                    break;
                }
            }
        }
        return allowed;
    }
}
