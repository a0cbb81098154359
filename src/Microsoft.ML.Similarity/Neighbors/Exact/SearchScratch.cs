using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Native memory of one thread of a search, kept from search to search and grown where more is asked for.</summary>
internal sealed class SearchScratch : IDisposable
{
    private AlignedMemory _memory = new(0);

    /// <summary>Memory of at least that many bytes, with anything in it.</summary>
    public MemoryBlock Reserve(long bytes)
    {
        if (_memory.Length < bytes)
        {
            _memory.Dispose();
            _memory = new AlignedMemory(Math.Max(bytes, 2 * _memory.Length));
        }
        return _memory;
    }

    public void Dispose() => _memory.Dispose();
}
