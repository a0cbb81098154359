using System.Text.Json.Nodes;

namespace Microsoft.ML.Similarity.Benchmarks.Knn;

/// <summary>Rows and queries, one after the other, and what brute force found.</summary>
internal sealed class KnnSet
{
    /// <summary>How many neighbours are looked for.</summary>
    public const int Neighbors = 10;

    // Rows as near as the last true neighbour are right, whichever of equally near ones were found.
    private readonly double[] _limits;

    /// <param name="name">Of the set.</param>
    /// <param name="folder">Of the files that peers read.</param>
    /// <param name="rows">The vectors to search.</param>
    /// <param name="queries">The vectors to search for.</param>
    /// <param name="dimension">Of both.</param>
    /// <param name="truth">The nearest rows of each query, the nearest first.</param>
    public KnnSet(string name, string folder, float[] rows, float[] queries, int dimension, int[] truth)
    {
        (Name, Folder, Rows, Queries, Dimension) = (name, folder, rows, queries, dimension);
        var truthNeighbors = truth.Length / QueryCount;
        _limits = [.. Enumerable.Range(0, QueryCount).Select(query => (SquaredDistance(query, truth[(query * truthNeighbors) + Neighbors - 1]) * (1 + 1e-6)) + 1e-9)];
    }

    public string Name { get; }

    public string Folder { get; }

    public float[] Rows { get; }

    public float[] Queries { get; }

    public int Dimension { get; }

    public int Count => Rows.Length / Dimension;

    public int QueryCount => Queries.Length / Dimension;

    /// <summary>The share of the true neighbours among some ids, which are the numbers of rows; one given twice counts once.</summary>
    public double Recall(ReadOnlySpan<long> ids, ReadOnlySpan<int> counts)
    {
        var hits = 0;
        var seen = new HashSet<long>();
        for (var query = 0; query < QueryCount; query++)
        {
            seen.Clear();
            foreach (var id in ids.Slice(query * Neighbors, counts[query]))
                hits += seen.Add(id) && SquaredDistance(query, id) <= _limits[query] ? 1 : 0;
        }
        return (double)hits / (QueryCount * Neighbors);
    }

    /// <summary>What explains its figures.</summary>
    public JsonObject Describe(int rounds) => new()
    {
        ["set"] = Name,
        ["rows"] = Count,
        ["dimension"] = Dimension,
        ["k"] = Neighbors,
        ["rounds"] = rounds,
    };

    private double SquaredDistance(int query, long row) => BruteForce.SquaredDistance(
        Queries.AsSpan(query * Dimension, Dimension), Rows.AsSpan((int)row * Dimension, Dimension));
}
