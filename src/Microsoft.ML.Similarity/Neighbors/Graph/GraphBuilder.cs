using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Adds nodes to a graph, batch by batch: all of a batch look for their links in the graph as it was before, and then are linked back.</summary>
/// <remarks>
/// No thread sees what another does, so the graph depends on the order of the nodes and the seed only. Links back to a node that has no
/// room for them are chosen again, all of a batch at once.
/// </remarks>
internal sealed unsafe class GraphBuilder<TNodes> : IDisposable
    where TNodes : unmanaged, INodes
{
    // Nodes of a batch do not find one another: a batch is at most a fiftieth of what there is.
    private const int BatchShare = 50;
    private const int LargestBatch = 2048;
    private const int LeastParallel = 8;
    private const int ChunkNodes = 4;
    private const int ChunkEdges = 256;
    private const int HighestLevel = 30;

    private readonly TNodes _nodes;
    private readonly int _count;
    private readonly int _width;
    private readonly ParallelOptions _parallel;
    private readonly LinkBlocks _base;
    private readonly LinkBlocks _upper;
    private readonly AlignedMemory _levels;
    private readonly AlignedMemory _firstUpperBlocks;
    private readonly Reusable<SearchTeam> _teams = new(() => new SearchTeam());
    private ulong[] _edges = [];
    private int _added;

    /// <param name="nodes">With any target.</param>
    /// <param name="count">How many nodes there are; not all have to be added.</param>
    /// <param name="options">How to build.</param>
    /// <param name="owners">Becomes richer by the memory of <see cref="Links"/>, which outlives the builder.</param>
    public GraphBuilder(TNodes nodes, int count, GraphBuildOptions options, List<IDisposable> owners)
    {
        _nodes = nodes;
        _count = count;
        _width = options.BuildWidth;
        _parallel = options.Parallel;
        owners.Add(_levels = new AlignedMemory(count));
        owners.Add(_firstUpperBlocks = AlignedMemory.For<int>(count));
        var upper = Layer(options.Degree, options.Seed);
        owners.Add((_base = new LinkBlocks(count, 2 * options.Degree, owners: null)).Memory);
        owners.Add((_upper = new LinkBlocks(upper.Length, options.Degree, upper)).Memory);
        Links = new GraphLinks(
            options.Degree, _base.Links(0), _upper.Links(0), (int*)_firstUpperBlocks.Pointer, _levels.Pointer, GraphLinks.None, count);
    }

    /// <summary>The graph as far as it is built.</summary>
    public GraphLinks Links { get; private set; }

    public MemoryBlock Base => _base.Memory;

    public MemoryBlock Upper => _upper.Memory;

    public MemoryBlock FirstUpperBlocks => _firstUpperBlocks;

    public MemoryBlock Levels => _levels;

    /// <param name="order">Nodes that are not in the graph, in the order to add them.</param>
    /// <param name="added">Told how many were added, after each batch.</param>
    public void Add(ReadOnlySpan<int> order, Action<int> added)
    {
        for (var done = 0; done < order.Length;)
        {
            _parallel.CancellationToken.ThrowIfCancellationRequested();
            var most = Math.Clamp(_added / BatchShare, 1, LargestBatch);
            var batch = order.Slice(done, Math.Min(most, order.Length - done)).ToArray();
            AddBatch(batch);
            done += batch.Length;
            _added += batch.Length;
            added(_added);
        }
    }

    /// <summary>Makes links to nodes that cannot be reached.</summary>
    /// <param name="order">All nodes of the graph.</param>
    /// <returns>How many were made.</returns>
    public int Relink(ReadOnlySpan<int> order) => Relinking.Run(Links, _base, _nodes, order, _count, _width);

    public void Dispose()
    {
        _base.Dispose();
        _upper.Dispose();
        _teams.Dispose();
    }

    // Layers halve like a skip list's, M times over. Returns the node of each upper block.
    private int[] Layer(int degree, ulong seed)
    {
        var owners = new List<int>();
        var scale = 1 / Math.Log(degree);
        for (var node = 0; node < _count; node++)
        {
            var uniform = ((SplitMix.Hash(seed, node) >> 11) + 1) * (1.0 / (1UL << 53));
            var level = Math.Min((int)(-Math.Log(uniform) * scale), HighestLevel);
            _levels.Pointer[node] = (byte)level;
            ((int*)_firstUpperBlocks.Pointer)[node] = owners.Count;
            owners.AddRange(Enumerable.Repeat(node, level));
        }
        return [.. owners];
    }

    private void AddBatch(int[] batch)
    {
        if (Links.Entry >= 0)
        {
            if (batch.Length < LeastParallel)
                FindLinks(batch, 0, batch.Length);
            else
                InChunks(batch.Length, ChunkNodes, (from, to) => FindLinks(batch, from, to));
            LinkBack(_base, BaseEdges(batch));
            LinkBack(_upper, UpperEdges(batch));
        }
        foreach (var node in batch)
        {
            if (Links.Entry < 0 || Links.Levels[node] > Links.Levels[Links.Entry])
                Links = Links.WithEntry(node);
        }
    }

    private void FindLinks(int[] batch, int from, int to)
    {
        var team = _teams.Take();
        for (var i = from; i < to; i += SearchTeam.Size)
            FindLinks(batch.AsSpan(i, Math.Min(SearchTeam.Size, to - i)), team);
        _teams.Return(team);
    }

    private void FindLinks(ReadOnlySpan<int> batch, SearchTeam team)
    {
        var nodes = stackalloc TNodes[SearchTeam.Size];
        var starts = stackalloc ulong[SearchTeam.Size];
        for (var i = 0; i < batch.Length; i++)
        {
            nodes[i] = _nodes;
            starts[i] = FindUpperLinks(batch[i], ref nodes[i], team[i]);
        }
        GraphSearch.Beams(Links, nodes, starts, batch.Length, _width, team);
        for (var i = 0; i < batch.Length; i++)
            Choose(_base, batch[i], ref nodes[i], team[i]);
    }

    // Returns the key of the node to go on from on the base layer, with all prepared for that.
    private ulong FindUpperLinks(int node, ref TNodes nodes, SearchMemory memory)
    {
        nodes.SetTarget(node);
        memory.Prepare(_count, _width, _base.Degree);
        int level = Links.Levels[node], top = Links.Levels[Links.Entry];
        var nearest = GraphSearch.Descend(Links, ref nodes, level, memory);
        for (var layer = Math.Min(level, top); layer > 0; layer--)
        {
            GraphSearch.Beam(Links, ref nodes, layer, nearest, _width, memory);
            nearest = memory.Found[0] & ~NodeKey.Expanded;
            Choose(_upper, Links.UpperBlock(node, layer), ref nodes, memory);
            memory.Prepare(_count, _width, _base.Degree);
        }
        return nearest;
    }

    private void Choose(LinkBlocks blocks, long block, ref TNodes nodes, SearchMemory memory)
    {
        var chosen = stackalloc int[_base.Degree + 4];
        var links = LinkSelection.Select(ref nodes, memory.Found, memory.Count, Links.Degree, chosen, blocks.Distances(block));
        new Span<int>(chosen, links).CopyTo(new Span<int>(blocks.Links(block), links));
    }

    // The block a link leads to, above the block it comes from.
    private Span<ulong> BaseEdges(int[] batch)
    {
        var count = 0;
        foreach (var node in batch)
        {
            for (var i = 0; i < _base.Degree && _base.Links(node)[i] >= 0; i++)
                AddEdge(_base.Links(node)[i], node, ref count);
        }
        return _edges.AsSpan(0, count);
    }

    private Span<ulong> UpperEdges(int[] batch)
    {
        var count = 0;
        foreach (var node in batch)
        {
            for (var layer = 1; layer <= Links.Levels[node]; layer++)
            {
                var block = Links.UpperBlock(node, layer);
                for (var i = 0; i < _upper.Degree && _upper.Links(block)[i] >= 0; i++)
                    AddEdge(Links.UpperBlock(_upper.Links(block)[i], layer), block, ref count);
            }
        }
        return _edges.AsSpan(0, count);
    }

    private void AddEdge(long to, long from, ref int count)
    {
        if (count == _edges.Length)
            Array.Resize(ref _edges, Math.Max(1024, 2 * count));
        _edges[count++] = ((ulong)to << 32) | (uint)from;
    }

    private void LinkBack(LinkBlocks blocks, Span<ulong> edges)
    {
        edges.Sort();
        var count = edges.Length;
        if (count < ChunkEdges)
            LinkBack(blocks, 0, count, count);
        else
            InChunks(count, ChunkEdges, (from, to) => LinkBack(blocks, from, to, count));
    }

    // A block's edges belong to the range in which the first of them is.
    private void LinkBack(LinkBlocks blocks, int from, int to, int count)
    {
        var team = _teams.Take();
        while (from > 0 && from < to && To(from) == To(from - 1))
            from++;
        while (from < to)
        {
            var end = from + 1;
            while (end < count && To(end) == To(from))
                end++;
            LinkBack(blocks, To(from), _edges.AsSpan(from, end - from), team[0]);
            from = end;
        }
        _teams.Return(team);

        int To(int edge) => (int)(_edges[edge] >> 32);
    }

    private void LinkBack(LinkBlocks blocks, int block, ReadOnlySpan<ulong> edges, SearchMemory memory)
    {
        var links = blocks.Links(block);
        var distances = blocks.Distances(block);
        int owner = blocks.Owner(block), count = blocks.Count(block);
        if (count + edges.Length <= blocks.Degree)
        {
            foreach (var edge in edges)
            {
                links[count] = blocks.Owner((int)(uint)edge);
                distances[count++] = blocks.Distance((int)(uint)edge, owner);
            }
            return;
        }
        var keys = memory.Rows.Reserve(count + edges.Length);
        for (var i = 0; i < count; i++)
            keys[i] = NodeKey.Create(distances[i], links[i]);
        foreach (var edge in edges)
            keys[count++] = NodeKey.Create(blocks.Distance((int)(uint)edge, owner), blocks.Owner((int)(uint)edge));
        new Span<ulong>(keys, count).Sort();
        var nodes = _nodes;
        var chosen = stackalloc int[blocks.Degree + 4];
        var kept = LinkSelection.Select(ref nodes, keys, count, blocks.Degree, chosen, distances);
        new Span<int>(chosen, kept).CopyTo(new Span<int>(links, kept));
        new Span<int>(links + kept, blocks.Degree - kept).Fill(GraphLinks.None);
    }

    private void InChunks(int count, int chunk, Action<int, int> work) =>
        Parallel.For(0, (count + chunk - 1) / chunk, _parallel, i => work(i * chunk, Math.Min((i + 1) * chunk, count)));
}
