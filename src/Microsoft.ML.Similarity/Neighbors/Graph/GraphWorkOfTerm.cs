using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>The search of one kind of metric.</summary>
internal sealed unsafe class GraphWork<TTerm>(
    RowTable table, GraphQuery form, GraphWalker walker, MemoryBlock exceptions, Reusable<SearchMemory> memory) : GraphWork(memory)
    where TTerm : struct, IMetricTerm
{
    private const int BlockNodes = 32;
    private const int PrefetchedLines = 8;
    private const int Ahead = 4;

    protected override void Scan(float* query, ref KeyHeap heap, SearchMemory scratch)
    {
        var verifier = new Verifier<TTerm>(table, Mask);
        var count = table.Nodes.Count;
        for (var first = 0; first < count; first += BlockNodes)
        {
            var bits = count - first >= BlockNodes ? uint.MaxValue : (1u << (count - first)) - 1;
            verifier.Verify(query, first, verifier.Allowed(first, bits), ref heap);
        }
        scratch.Distances += count;
    }

    protected override void Walk(float* query, ref KeyHeap heap, SearchMemory scratch)
    {
        var target = form.Encode(query, scratch);
        var width = Math.Max(Effort.Width, K);
        var found = Mask.IsEmpty
            ? walker.Find(target, width, scratch)
            : walker.Find(target, new RowFilter(table, Mask), width, scratch);
        var verifier = new Verifier<TTerm>(table, Mask);
        var verified = Math.Min(found, Math.Max(Effort.Verified, K));
        for (var i = 0; i < verified; i++)
        {
            if (i + Ahead < verified)
                Prefetch.Lines(table.Nodes.Row(NodeKey.Node(scratch.Found[i + Ahead])), PrefetchedLines);
            verifier.Verify(query, NodeKey.Node(scratch.Found[i]), 1, ref heap);
        }
        var rows = exceptions.As<int>();
        for (var i = 0; i < exceptions.CountOf<int>(); i++)
        {
            var first = rows[i] / BlockNodes * BlockNodes;
            verifier.Verify(query, first, verifier.Allowed(first, 1u << (rows[i] - first)), ref heap);
        }
    }
}
