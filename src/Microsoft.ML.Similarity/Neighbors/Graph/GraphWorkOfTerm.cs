using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>The search of one kind of metric.</summary>
internal sealed unsafe class GraphWork<TTerm>(
    RowTable table, GraphQuery form, GraphWalker walker, MemoryBlock exceptions, Reusable<SearchTeam> teams) : GraphWork(teams)
    where TTerm : struct, IMetricTerm
{
    private const int BlockNodes = 32;
    private const int Ahead = 4;

    private readonly int _lines = Prefetch.LinesOf(table.Nodes.Stride * sizeof(float));

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

    protected override void Walk(FloatRows queries, int first, int count, SearchTeam team)
    {
        var targets = stackalloc void*[SearchTeam.Size];
        for (var i = 0; i < count; i++)
            targets[i] = form.Encode(queries.Row(first + i), team[i]);
        var width = Math.Max(Effort.Width, K);
        if (Mask.IsEmpty)
        {
            walker.Find(targets, count, width, team);
            return;
        }
        for (var i = 0; i < count; i++)
            walker.Find(targets[i], new RowFilter(table, Mask), width, team[i]);
    }

    protected override void Verify(float* query, ref KeyHeap heap, SearchMemory scratch)
    {
        var verifier = new Verifier<TTerm>(table, Mask);
        var verified = Math.Min(scratch.Count, Math.Max(Effort.Verified, K));
        for (var i = 0; i < verified; i++)
        {
            if (i + Ahead < verified)
                Prefetch.Lines(table.Nodes.Row(NodeKey.Node(scratch.Found[i + Ahead])), _lines);
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
