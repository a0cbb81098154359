using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Gathers rows of the same vector into one node.</summary>
internal static unsafe class DistinctRows
{
    /// <param name="metric">What is near.</param>
    /// <param name="rows">Prepared rows; nodes are moved to their front.</param>
    /// <param name="isZero">Rows that are to belong to no node; null: none.</param>
    /// <param name="owners">Becomes richer by the memory made.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    public static RowTable Collapse(NeighborMetric metric, FloatRows rows, bool[]? isZero, List<IDisposable> owners, ParallelOptions parallel)
    {
        var hashes = Hashes(rows, parallel);
        var nodeOf = new int[rows.Count];
        var slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(2 * rows.Count, 16))];   // node + 1
        var nodeHashes = new uint[rows.Count];
        int nodes = 0, zeros = 0;
        for (var row = 0; row < rows.Count; row++)
        {
            if (isZero != null && isZero[row])
            {
                nodeOf[row] = -1;
                zeros++;
                continue;
            }
            var slot = (int)(hashes[row] & (uint)(slots.Length - 1));
            while (slots[slot] != 0 && !(nodeHashes[slots[slot] - 1] == hashes[row] && AreEqual(rows, slots[slot] - 1, row)))
                slot = (slot + 1) & (slots.Length - 1);
            if (slots[slot] == 0)
            {
                nodeHashes[nodes] = hashes[row];
                if (nodes != row)
                    Values(rows, row).CopyTo(Values(rows, nodes));
                slots[slot] = ++nodes;
            }
            nodeOf[row] = slots[slot] - 1;
        }
        var distinct = new FloatRows(rows.Start, nodes, rows.Dimension);
        return nodes == rows.Count
            ? new RowTable(metric, distinct, rows.Count, default, default, default)
            : WithChains(metric, distinct, nodeOf, zeros, owners);
    }

    private static RowTable WithChains(NeighborMetric metric, FloatRows nodes, int[] nodeOf, int zeros, List<IDisposable> owners)
    {
        var startMemory = AlignedMemory.For<int>(nodes.Count + 1L);
        owners.Add(startMemory);
        var rowMemory = AlignedMemory.For<int>(nodeOf.Length - zeros);
        owners.Add(rowMemory);
        var zeroMemory = AlignedMemory.For<int>(zeros);
        owners.Add(zeroMemory);
        int* starts = (int*)startMemory.Pointer, rows = (int*)rowMemory.Pointer, zeroRows = (int*)zeroMemory.Pointer;
        foreach (var node in nodeOf)
        {
            if (node >= 0)
                starts[node + 1]++;
        }
        for (var node = 0; node < nodes.Count; node++)
            starts[node + 1] += starts[node];
        var next = new ReadOnlySpan<int>(starts, nodes.Count).ToArray();
        var zero = 0;
        for (var row = 0; row < nodeOf.Length; row++)
        {
            if (nodeOf[row] >= 0)
                rows[next[nodeOf[row]]++] = row;
            else
                zeroRows[zero++] = row;
        }
        return new RowTable(metric, nodes, nodeOf.Length, startMemory, rowMemory, zeroMemory);
    }

    private static uint[] Hashes(FloatRows rows, ParallelOptions parallel)
    {
        var hashes = new uint[rows.Count];
        Parallel.For(0, rows.Count, parallel, row =>
        {
            var hash = 0UL;
            foreach (var bits in System.Runtime.InteropServices.MemoryMarshal.Cast<float, ulong>(Values(rows, row)))
            {
                hash = (hash ^ bits) * 0x9E3779B97F4A7C15;
                hash ^= hash >> 29;
            }
            hashes[row] = (uint)(hash >> 16);
        });
        return hashes;
    }

    private static bool AreEqual(FloatRows rows, int a, int b) => Values(rows, a).SequenceEqual(Values(rows, b));

    private static Span<float> Values(FloatRows rows, int row) => new(rows.Row(row), rows.Stride);
}
