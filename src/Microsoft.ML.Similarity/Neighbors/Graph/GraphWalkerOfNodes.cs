namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>The walker of one kind of nodes.</summary>
internal sealed unsafe class GraphWalker<TNodes>(GraphLinks links, TNodes nodes, int count) : GraphWalker
    where TNodes : struct, INodes
{
    public override int Find(void* target, int width, SearchMemory memory)
    {
        if (links.Entry < 0)
            return 0;
        var from = nodes;
        from.SetTarget(target);
        memory.Prepare(count, width, links.BaseDegree);
        var start = GraphSearch.Descend(links, ref from, 0, memory);
        return GraphSearch.Beam(links, ref from, 0, start, width, memory);
    }

    public override int Find(void* target, in RowFilter filter, int width, SearchMemory memory)
    {
        if (links.Entry < 0)
            return 0;
        var from = nodes;
        from.SetTarget(target);
        memory.Prepare(count, width, links.BaseDegree);
        var start = GraphSearch.Descend(links, ref from, 0, memory);
        return GraphSearch.HeapBeam(links, ref from, filter, start, width, memory);
    }
}
