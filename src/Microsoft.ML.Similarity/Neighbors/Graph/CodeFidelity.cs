using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>How well codes tell the nearest rows from other near ones.</summary>
internal static unsafe class CodeFidelity
{
    private const int Sampled = 256;
    private const int Nearest = 10;
    private const int Near = 100;

    /// <param name="table">The rows.</param>
    /// <param name="codes">Their codes.</param>
    /// <param name="filter">What exact searches use, if there is one.</param>
    /// <param name="threads">The most threads to use; the result does not depend on them.</param>
    /// <returns>Of the ten nearest of a hundred near rows, the share that are so by their codes too: a mean over rows spread over the table.</returns>
    public static double Measure(RowTable table, CodeNodes codes, BoundFilter? filter, int threads)
    {
        var nodes = table.Nodes;
        int count = Math.Min(Sampled, nodes.Count), near = Math.Min(Near, nodes.Count), nearest = Math.Min(Nearest, near);
        using var queries = AlignedMemory.For<float>((long)count * nodes.Stride);
        using var keys = AlignedMemory.For<ulong>((long)count * near);
        using var counts = AlignedMemory.For<int>(count);
        var rows = new FloatRows((float*)queries.Pointer, count, nodes.Dimension);
        for (var i = 0; i < count; i++)
            new Span<float>(nodes.Row(Sample(i)), nodes.Stride).CopyTo(new Span<float>(rows.Row(i), nodes.Stride));
        using var exact = new ExactSearcher(new RowTable(table.Metric, nodes, nodes.Count, default, default, default), filter);
        exact.Search(rows, near, default, (ulong*)keys.Pointer, (int*)counts.Pointer, threads);

        var hits = 0;
        var byCodes = new ulong[near];
        for (var i = 0; i < count; i++)
        {
            var truth = new ReadOnlySpan<ulong>((ulong*)keys.Pointer + ((long)i * near), near);
            codes.SetTarget(Sample(i));
            for (var j = 0; j < near; j++)
                byCodes[j] = DistanceKey.Create(codes.Distance(DistanceKey.Row(truth[j])), j);
            Array.Sort(byCodes);
            for (var j = 0; j < nearest; j++)
                hits += DistanceKey.Row(byCodes[j]) < nearest ? 1 : 0;
        }
        return (double)hits / (count * nearest);

        int Sample(int i) => (int)((long)i * nodes.Count / count);
    }
}
