namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>What one search of a graph works in. It grows to the largest search and serves one at a time.</summary>
internal sealed unsafe class SearchMemory : IDisposable
{
    private const int Spare = 8;

    private readonly NativeBuffer<ulong> _found = new();
    private readonly NativeBuffer<ulong> _visited = new();
    private readonly NativeBuffer<int> _block = new();
    private readonly NativeBuffer<float> _distances = new();

    /// <summary>The keys of the nodes found, in order.</summary>
    public ulong* Found { get; private set; }

    /// <summary>How many these are.</summary>
    public int Count { get; private set; }

    /// <summary>A bit for each node.</summary>
    public ulong* Visited { get; private set; }

    /// <summary>One block of links, padded to fours.</summary>
    public int* Block { get; private set; }

    /// <summary>The distances of the nodes of the block.</summary>
    public float* BlockDistances { get; private set; }

    /// <summary>A heap of nodes to expand.</summary>
    public NativeBuffer<ulong> Waiting { get; } = new();

    /// <summary>The keys of rows found.</summary>
    public NativeBuffer<ulong> Rows { get; } = new();

    /// <summary>The query in the nodes' form, and what making it needs.</summary>
    public NativeBuffer<float> Query { get; } = new();

    /// <summary>Distances computed since it was last set to 0.</summary>
    public long Distances { get; set; }

    /// <summary>Makes room for a search, with no node visited.</summary>
    public void Prepare(int nodes, int beam, int blockLength)
    {
        Found = _found.Reserve(beam + Spare);
        Count = 0;
        Block = _block.Reserve(blockLength + Spare);
        BlockDistances = _distances.Reserve(blockLength + Spare);
        var words = (nodes + 63L) / 64;
        Visited = _visited.Reserve(words);
        new Span<ulong>(Visited, (int)words).Clear();
    }

    /// <summary>Notes the end of a search.</summary>
    /// <param name="found">How many nodes were found.</param>
    /// <param name="distances">How many distances it computed.</param>
    public void Add(int found, long distances)
    {
        Count = found;
        Distances += distances;
    }

    public void Dispose()
    {
        _found.Dispose();
        _visited.Dispose();
        _block.Dispose();
        _distances.Dispose();
        Waiting.Dispose();
        Rows.Dispose();
        Query.Dispose();
    }
}
