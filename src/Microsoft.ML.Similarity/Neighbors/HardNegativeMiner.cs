namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Finds hard negatives by exact search, a block of anchors at a time.</summary>
/// <remarks>The search runs on all cores; choices are made on one thread, in the order of the anchors, so the seed decides them.</remarks>
internal sealed class HardNegativeMiner(HardNegativeOptions options, int seed)
{
    // Neighbours held at once: 8 MiB of them.
    private const int BlockNeighbors = 1 << 20;

    private readonly Random _random = new(seed);
    private readonly List<int> _candidates = [];

    private delegate void Found(int anchor, ReadOnlySpan<int> rows, ReadOnlySpan<float> distances);

    /// <summary>For each row of a class with others: positives of its class, and for each of them negatives of other classes.</summary>
    /// <param name="set">The rows.</param>
    /// <param name="classes">The class of each, from 0.</param>
    /// <param name="ids">What the triplets name each row by.</param>
    public MinedTriplets MineClasses(ReferenceSet set, IReadOnlyList<int> classes, IReadOnlyList<int> ids)
    {
        var positives = FindPositives(set, classes);
        var anchors = Enumerable.Range(0, set.Count).Where(row => positives[row].Length > 0).ToArray();
        var triplets = new MinedTriplets();
        Search(set, set, anchors, options.EndOfRange, (anchor, row) => classes[anchor] == classes[row], (anchor, rows, distances) =>
        {
            foreach (var (positive, distance) in positives[anchor])
            {
                foreach (var rank in Pick(distances, distance))
                    triplets.Add(ids[anchor], ids[positive], ids[rows[rank]], distance, distances[rank]);
            }
        });
        return triplets;
    }

    /// <summary>For each pair: negatives among the right ones that no pair joins with its left one.</summary>
    /// <param name="lefts">The left row of each pair.</param>
    /// <param name="rights">The distinct right rows.</param>
    /// <param name="pairs">The left id of each pair, and the number of its right row, which is its id too.</param>
    public MinedTriplets MinePairs(ReferenceSet lefts, ReferenceSet rights, IReadOnlyList<(int Left, int Right)> pairs)
    {
        var together = pairs.ToHashSet();
        var triplets = new MinedTriplets();
        Search(rights, lefts, [.. Enumerable.Range(0, pairs.Count)], options.EndOfRange, (pair, row) => together.Contains((pairs[pair].Left, row)), (pair, rows, distances) =>
        {
            var (left, right) = pairs[pair];
            var distance = ExactSearch.Distance(options.Metric, lefts.Row(pair), rights.Row(right));
            foreach (var rank in Pick(distances, distance))
                triplets.Add(left, right, rows[rank], distance, distances[rank]);
        });
        return triplets;
    }

    private (int Row, float Distance)[][] FindPositives(ReferenceSet set, IReadOnlyList<int> classes)
    {
        var positives = new (int, float)[set.Count][];
        foreach (var members in Enumerable.Range(0, set.Count).GroupBy(row => classes[row]).Select(g => g.ToArray()))
        {
            var count = Math.Min(options.NumberOfPositives, members.Length - 1);
            if (count == 0)
                positives[members[0]] = [];
            else if (options.Positives == MinedPositives.Random)
                DrawPositives(set, members, count, positives);
            else
                RankPositives(set, members, count, positives);
        }
        return positives;
    }

    private void DrawPositives(ReferenceSet set, int[] members, int count, (int, float)[][] positives)
    {
        for (var i = 0; i < members.Length; i++)
        {
            var anchor = members[i];
            // Numbers of the others: those from the anchor on are one place further.
            positives[anchor] = [.. Draw(members.Length - 1, count)
                .Select(other => members[other < i ? other : other + 1])
                .Select(row => (row, ExactSearch.Distance(options.Metric, set.Row(anchor), set.Row(row))))];
        }
    }

    private void RankPositives(ReferenceSet set, int[] members, int count, (int, float)[][] positives)
    {
        var store = new RowStore(set.Dimension, options.Metric);
        foreach (var row in members)
            store.AddPrepared(set.Row(row));
        var own = store.ToSet();
        var farthest = options.Positives == MinedPositives.Farthest;
        Search(own, own, [.. Enumerable.Range(0, members.Length)], farthest ? members.Length - 1 : count, (anchor, row) => anchor == row, (anchor, rows, distances) =>
        {
            var found = positives[members[anchor]] = new (int, float)[count];
            for (var i = 0; i < count; i++)
            {
                var rank = farthest ? rows.Length - 1 - i : i;
                found[i] = (members[rows[rank]], distances[rank]);
            }
        });
    }

    private void Search(ReferenceSet set, ReferenceSet queries, int[] anchors, int neighbors, Func<int, int, bool> excludes, Found found)
    {
        var most = Math.Min(neighbors, set.Count);
        var block = Math.Clamp(BlockNeighbors / most, 1, Math.Clamp(anchors.Length, 1, 256));
        var results = new NeighborResults(block, set.Dimension, most);
        for (var start = 0; start < anchors.Length; start += block)
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(block, anchors.Length - start);
            for (var slot = 0; slot < count; slot++)
                queries.Row(anchors[start + slot]).CopyTo(results.Query(slot));
            var first = start;
            ExactSearch.Run(set, results, count, (slot, row) => excludes(anchors[first + slot], row), prepared: true);
            for (var slot = 0; slot < count; slot++)
                found(anchors[start + slot], results.Rows(slot), results.Distances(slot));
        }
    }

    /// <summary>The ranks of the negatives, ascending; valid until the next call.</summary>
    private List<int> Pick(ReadOnlySpan<float> distances, float positiveDistance)
    {
        _candidates.Clear();
        var nearest = options.Negatives == MinedNegatives.Nearest;
        for (var rank = options.RangeMin; rank < distances.Length && !(nearest && _candidates.Count == options.NumberOfNegatives); rank++)
        {
            if (options.Accepts(distances[rank], positiveDistance))
                _candidates.Add(rank);
        }
        if (_candidates.Count <= options.NumberOfNegatives)
            return _candidates;
        var drawn = Draw(_candidates.Count, options.NumberOfNegatives);
        Array.Sort(drawn);
        for (var i = 0; i < drawn.Length; i++)
            _candidates[i] = _candidates[drawn[i]];
        _candidates.RemoveRange(drawn.Length, _candidates.Count - drawn.Length);
        return _candidates;
    }

    /// <summary>Distinct numbers below <paramref name="below"/>, by Floyd's method.</summary>
    private int[] Draw(int below, int count)
    {
        var drawn = new HashSet<int>(count);
        for (var last = below - count; last < below; last++)
        {
            if (!drawn.Add(_random.Next(last + 1)))
                drawn.Add(last);
        }
        return [.. drawn];
    }
}
