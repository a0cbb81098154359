namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Sees to it that every node of the base layer can be reached from the entry.</summary>
/// <remarks>
/// A tree of links from the entry is kept while nodes it does not reach are linked to from near nodes it does; where these have
/// no room, in place of a link that the tree does not need.
/// </remarks>
internal sealed unsafe class Relinking
{
    private const int NotReached = -2;

    private readonly LinkBlocks _base;
    private readonly int[] _parents;
    private readonly Stack<int> _waiting = new();

    private Relinking(LinkBlocks blocks, int count)
    {
        _base = blocks;
        _parents = new int[count];
        Array.Fill(_parents, NotReached);
    }

    /// <param name="links">With an entry.</param>
    /// <param name="blocks">Of the base layer.</param>
    /// <param name="nodes">With any target.</param>
    /// <param name="order">The nodes of the graph.</param>
    /// <param name="count">One more than the largest node there may be.</param>
    /// <param name="width">How many near nodes are looked at first.</param>
    /// <returns>How many links were made.</returns>
    public static int Run<TNodes>(in GraphLinks links, LinkBlocks blocks, TNodes nodes, ReadOnlySpan<int> order, int count, int width)
        where TNodes : unmanaged, INodes
    {
        var relinking = new Relinking(blocks, count);
        relinking.Reach(links.Entry, GraphLinks.None);
        using var memory = new SearchMemory();
        var made = 0;
        foreach (var node in order)
        {
            if (relinking._parents[node] != NotReached)
                continue;
            memory.Prepare(count, width, blocks.Degree);
            nodes.SetTarget(node);
            var start = GraphSearch.Descend(links, ref nodes, 0, memory);
            GraphSearch.Beam(links, ref nodes, 0, start, width, memory);
            relinking.Link(node, memory.Found, memory.Count, ref nodes);
            made++;
        }
        return made;
    }

    private void Link<TNodes>(int node, ulong* found, int count, ref TNodes nodes)
        where TNodes : unmanaged, INodes
    {
        for (var i = 0; i < count; i++)
        {
            if (TryLink(NodeKey.Node(found[i]), node, NodeKey.Distance(found[i])))
                return;
        }
        // A tree has fewer links than there is room for: some node has some.
        for (var from = 0; from < _parents.Length; from++)
        {
            if (TryLink(from, node, nodes.Distance(from)))
                return;
        }
    }

    private bool TryLink(int from, int node, float distance)
    {
        if (_parents[from] == NotReached)
            return false;
        var links = _base.Links(from);
        var slot = _base.Count(from);
        if (slot == _base.Degree)
        {
            // The links chosen last are the longest.
            slot--;
            while (slot >= 0 && _parents[links[slot]] == from)
                slot--;
            if (slot < 0)
                return false;
        }
        links[slot] = node;
        _base.Distances(from)[slot] = distance;
        Reach(node, from);
        return true;
    }

    private void Reach(int node, int parent)
    {
        _parents[node] = parent;
        _waiting.Push(node);
        while (_waiting.TryPop(out var from))
        {
            var links = _base.Links(from);
            for (var i = 0; i < _base.Degree && links[i] >= 0; i++)
            {
                if (_parents[links[i]] != NotReached)
                    continue;
                _parents[links[i]] = from;
                _waiting.Push(links[i]);
            }
        }
    }
}
