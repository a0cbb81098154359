using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Finds all pairs of rows that are no farther apart than a distance, a block of rows at a time.</summary>
/// <param name="rows">The rows.</param>
/// <param name="ids">The number of each row's id; rows of one id are no pair.</param>
/// <param name="options">Checked options.</param>
/// <param name="run">May end the search.</param>
internal sealed class DuplicateSearch(VectorStore rows, IReadOnlyList<int> ids, DuplicateOptions options, BuildRun run)
{
    // Neighbours held at once: 12 MiB of them. Most rows have fewer duplicates than are looked for at first.
    private const int BlockNeighbors = 1 << 20;
    private const int LargestBlock = 1024;
    private const int FirstNeighbors = 8;
    private const int Growth = 4;

    private readonly List<DuplicatePair> _pairs = [];

    /// <summary>The pairs, the earlier row of each first, in the order of the rows and then of the distances.</summary>
    /// <param name="seed">Of a graph's random choices.</param>
    public IReadOnlyList<DuplicatePair> Run(int seed)
    {
        var index = FrozenIndex.Build(rows, new()
        {
            Metric = options.Metric,
            Mode = options.SearchMode,
            Seed = seed,
            Progress = run,
            CancellationToken = run.Cancellation,
        });
        // Exact searches find each pair from both rows, those of a graph perhaps from one.
        var isExact = index.Statistics.Search is null;
        var waiting = Enumerable.Range(0, rows.Count).ToArray();
        for (var neighbors = Math.Min(FirstNeighbors, index.Count); waiting.Length > 0; neighbors = (int)Math.Min((long)neighbors * Growth, index.Count))
            waiting = [.. Search(index, waiting, neighbors, isExact)];
        _pairs.Sort();
        return isExact ? _pairs : [.. _pairs.Distinct()];
    }

    /// <returns>The rows that may have more duplicates than neighbours were looked for.</returns>
    private List<int> Search(FrozenIndex index, int[] waiting, int neighbors, bool isExact)
    {
        var again = new List<int>();
        var block = Math.Clamp(BlockNeighbors / neighbors, 1, Math.Min(LargestBlock, waiting.Length));
        var (queries, counts) = (new float[block * rows.Dimension], new int[block]);
        var (found, distances) = (new long[block * neighbors], new float[block * neighbors]);
        for (var start = 0; start < waiting.Length; start += block)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            var part = waiting.AsSpan(start, Math.Min(block, waiting.Length - start));
            for (var i = 0; i < part.Length; i++)
                rows[part[i]].CopyTo(queries.AsSpan(i * rows.Dimension));
            var places = part.Length * neighbors;
            index.Search(
                queries.AsSpan(0, part.Length * rows.Dimension), part.Length, neighbors, found.AsSpan(0, places), distances.AsSpan(0, places),
                counts.AsSpan(0, part.Length), filter: null);
            for (var i = 0; i < part.Length; i++)
            {
                var (first, count) = (i * neighbors, counts[i]);
                if (count == neighbors && neighbors < index.Count && distances[first + count - 1] <= options.MaximumDistance)
                    again.Add(part[i]);
                else
                    Add(part[i], found.AsSpan(first, count), distances.AsSpan(first, count), isExact);
            }
        }
        return again;
    }

    private void Add(int row, ReadOnlySpan<long> found, ReadOnlySpan<float> distances, bool isExact)
    {
        for (var i = 0; i < found.Length && distances[i] <= options.MaximumDistance; i++)
        {
            var other = (int)found[i];
            if (ids[other] != ids[row] && (other > row || !isExact))
                _pairs.Add(new(Math.Min(row, other), Math.Max(row, other), distances[i]));
        }
    }
}
