namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>The walker of one kind of nodes.</summary>
internal sealed unsafe class GraphWalker<TNodes>(GraphLinks links, TNodes nodes, int nodeCount) : GraphWalker
    where TNodes : unmanaged, INodes
{
    public override void Find(void** targets, int count, int width, SearchTeam team)
    {
        var from = stackalloc TNodes[SearchTeam.Size];
        var starts = stackalloc ulong[SearchTeam.Size];
        for (var i = 0; i < count; i++)
        {
            team[i].Prepare(nodeCount, width, links.BaseDegree);
            if (links.Entry < 0)
                continue;
            from[i] = nodes;
            from[i].SetTarget(targets[i]);
            starts[i] = GraphSearch.Descend(links, ref from[i], 0, team[i]);
        }
        if (links.Entry >= 0)
            GraphSearch.Beams(links, from, starts, count, width, team);
    }

    public override void Find(void* target, in RowFilter filter, int width, SearchMemory memory)
    {
        memory.Prepare(nodeCount, width, links.BaseDegree);
        if (links.Entry < 0)
            return;
        var from = nodes;
        from.SetTarget(target);
        var start = GraphSearch.Descend(links, ref from, 0, memory);
        GraphSearch.HeapBeam(links, ref from, filter, start, width, memory);
    }
}
