using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Finds hard negatives by exact search, a block of anchors at a time.</summary>
/// <remarks>The search runs on all cores; choices are made on one thread, in the order of the anchors, so the seed decides them.</remarks>
internal sealed class HardNegativeMiner(HardNegativeOptions options, int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<int> _candidates = [];

    /// <summary>For each row of a class with others: positives of its class, and for each of them negatives of other classes.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="classes">The class of each, from 0.</param>
    /// <param name="ids">What the triplets name each row by.</param>
    public MinedTriplets MineClasses(VectorStore rows, IReadOnlyList<int> classes, IReadOnlyList<int> ids)
    {
        var index = Build(rows);
        var members = Enumerable.Range(0, rows.Count).ToLookup(row => classes[row]).ToDictionary(group => group.Key, group => group.ToArray());
        var positives = FindPositives(rows, index.CreateDistance(), members.Values);
        var anchors = Enumerable.Range(0, rows.Count).Where(row => positives[row].Length > 0).ToArray();
        var triplets = new MinedTriplets();
        var search = new MiningSearch(index, rows, options.EndOfRange, anchor => classes[anchor], own => members[own], options.CancellationToken);
        search.Run(anchors, (anchor, found, distances) =>
        {
            foreach (var (positive, distance) in positives[anchor])
            {
                foreach (var rank in Pick(distances, distance))
                    triplets.Add(ids[anchor], ids[positive], ids[found[rank]], distance, distances[rank]);
            }
        });
        return triplets;
    }

    /// <summary>For each pair: negatives among the right ones that no pair joins with its left one.</summary>
    /// <param name="lefts">The left row of each pair.</param>
    /// <param name="rights">The distinct right rows.</param>
    /// <param name="pairs">The left id of each pair, and the number of its right row, which is its id too.</param>
    public MinedTriplets MinePairs(VectorStore lefts, VectorStore rights, IReadOnlyList<(int Left, int Right)> pairs)
    {
        var index = Build(rights);
        var distanceOf = index.CreateDistance();
        var together = pairs.Distinct().ToLookup(pair => pair.Left, pair => pair.Right).ToDictionary(group => group.Key, group => group.ToArray());
        var triplets = new MinedTriplets();
        var search = new MiningSearch(index, lefts, options.EndOfRange, pair => pairs[pair].Left, left => together[left], options.CancellationToken);
        search.Run([.. Enumerable.Range(0, pairs.Count)], (pair, found, distances) =>
        {
            var (left, right) = pairs[pair];
            var distance = distanceOf.Of(lefts[pair], rights[right]);
            foreach (var rank in Pick(distances, distance))
                triplets.Add(left, right, found[rank], distance, distances[rank]);
        });
        return triplets;
    }

    private FrozenIndex Build(VectorStore rows) =>
        FrozenIndex.Build(rows, new() { Metric = options.Metric, Mode = SearchMode.Exact, CancellationToken = options.CancellationToken });

    private (int Row, float Distance)[][] FindPositives(VectorStore rows, RowDistance distance, IEnumerable<int[]> classes)
    {
        var positives = new (int, float)[rows.Count][];
        foreach (var members in classes)
        {
            var count = Math.Min(options.NumberOfPositives, members.Length - 1);
            if (count == 0)
                positives[members[0]] = [];
            else if (options.Positives == MinedPositives.Random)
                DrawPositives(rows, distance, members, count, positives);
            else
                RankPositives(rows, members, count, positives);
        }
        return positives;
    }

    private void DrawPositives(VectorStore rows, RowDistance distance, int[] members, int count, (int, float)[][] positives)
    {
        for (var i = 0; i < members.Length; i++)
        {
            var anchor = members[i];
            // Numbers of the others: those from the anchor on are one place further.
            positives[anchor] = [.. Draw(members.Length - 1, count)
                .Select(other => members[other < i ? other : other + 1])
                .Select(row => (row, distance.Of(rows[anchor], rows[row])))];
        }
    }

    private void RankPositives(VectorStore rows, int[] members, int count, (int, float)[][] positives)
    {
        var own = new VectorStore(rows.Dimension);
        foreach (var row in members)
            rows[row].CopyTo(own.Add());
        var farthest = options.Positives == MinedPositives.Farthest;
        var search = new MiningSearch(Build(own), own, farthest ? members.Length - 1 : count, anchor => anchor, anchor => [anchor], options.CancellationToken);
        search.Run([.. Enumerable.Range(0, members.Length)], (anchor, found, distances) =>
        {
            var ranked = positives[members[anchor]] = new (int, float)[count];
            for (var i = 0; i < count; i++)
            {
                var rank = farthest ? found.Length - 1 - i : i;
                ranked[i] = (members[found[rank]], distances[rank]);
            }
        });
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
