using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Searches for many anchors, each without the rows that belong to it, a block of anchors at a time.</summary>
/// <param name="index">What is searched; rows are numbered from 0.</param>
/// <param name="queries">The anchors' vectors.</param>
/// <param name="neighbors">How many rows to find for each, at most.</param>
/// <param name="groupOf">Names what an anchor has in common with others from which the same rows are kept.</param>
/// <param name="belonging">The rows kept from the anchors of a group, each once.</param>
/// <param name="cancellation">Looked at before each block.</param>
internal sealed class MiningSearch(
    FrozenIndex index, VectorStore queries, int neighbors, Func<int, int> groupOf, Func<int, int[]> belonging,
    CancellationToken cancellation)
{
    // Neighbours held at once: 8 MiB of them.
    private const int BlockNeighbors = 1 << 20;
    private const int LargestBlock = 1024;

    // So many rows are cheaper to find and leave out than to keep out of the search.
    private const int FewRows = 32;

    public delegate void Found(int anchor, ReadOnlySpan<int> rows, ReadOnlySpan<float> distances);

    /// <param name="anchors">The numbers of their vectors.</param>
    /// <param name="found">Called for each anchor, in their order.</param>
    public void Run(int[] anchors, Found found)
    {
        var most = Math.Min(neighbors, index.Count);
        var block = Math.Clamp(BlockNeighbors / most, 1, Math.Clamp(anchors.Length, 1, LargestBlock));
        var results = new NeighborResults(block, index.Dimension, most);
        var search = new NeighborSearch(index, results);
        for (var start = 0; start < anchors.Length; start += block)
        {
            cancellation.ThrowIfCancellationRequested();
            var part = anchors.AsMemory(start, Math.Min(block, anchors.Length - start));
            for (var slot = 0; slot < part.Length; slot++)
                queries[part.Span[slot]].CopyTo(results.Query(slot));
            Search(search, part);
            for (var slot = 0; slot < part.Length; slot++)
                found(part.Span[slot], results.Rows(slot), results.Distances(slot));
        }
    }

    private void Search(NeighborSearch search, ReadOnlyMemory<int> anchors)
    {
        var few = new List<int>();
        var spare = 0;
        foreach (var group in Enumerable.Range(0, anchors.Length).GroupBy(slot => groupOf(anchors.Span[slot])))
        {
            var rows = belonging(group.Key);
            if (rows.Length <= FewRows)
            {
                few.AddRange(group);
                spare = Math.Max(spare, rows.Length);
            }
            else
            {
                search.Run([.. group], filter: NeighborFilter.Ids(rows.Select(row => (long)row)).Not());
            }
        }
        few.Sort();
        search.Run([.. few], (slot, row) => Array.IndexOf(belonging(groupOf(anchors.Span[slot])), row) >= 0, spare);
    }
}
