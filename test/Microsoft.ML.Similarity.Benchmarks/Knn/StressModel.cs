using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Benchmarks.Knn;

/// <summary>
/// Which rows an index has, as far as that is certain while others change it: a version of each row says whether it is absent, being added,
/// present or being removed. A row whose version is the same before a search and after it was there, or was not, all the time.
/// </summary>
/// <param name="vectors">Of all rows that may be added; the id of a row is its number.</param>
/// <param name="dimension">Of a vector.</param>
internal sealed class StressModel(float[] vectors, int dimension)
{
    private const int Versions = 4;
    private const int Absent = 0;
    private const int Present = 2;

    // Distances of the index are of single precision.
    private const double Tolerance = 1e-5;

    private readonly int[] _versions = new int[vectors.Length / dimension];

    public int Count => _versions.Length;

    public ReadOnlySpan<float> Vector(long id) => vectors.AsSpan((int)id * dimension, dimension);

    public float[] Vectors(IEnumerable<long> ids) => [.. ids.SelectMany(id => Vector(id).ToArray())];

    public bool IsPresent(long id) => _versions[id] % Versions == Present;

    /// <summary>Before and after a change of some rows, by the only thread that changes them.</summary>
    public void Step(IEnumerable<long> ids)
    {
        foreach (var id in ids)
            Interlocked.Increment(ref _versions[id]);
    }

    /// <summary>The versions at present.</summary>
    public int[] Read()
    {
        Interlocked.MemoryBarrier();
        var versions = (int[])_versions.Clone();
        Interlocked.MemoryBarrier();
        return versions;
    }

    /// <summary>What is wrong with a result, if anything.</summary>
    /// <param name="before">The versions before the search.</param>
    /// <param name="query">What was searched for.</param>
    /// <param name="ids">Found, the nearest first.</param>
    /// <param name="distances">Squared, of these.</param>
    /// <param name="k">How many were asked for.</param>
    /// <param name="isExact">Whether none may be missing.</param>
    public string? Check(int[] before, ReadOnlySpan<float> query, ReadOnlySpan<long> ids, ReadOnlySpan<float> distances, int k, bool isExact)
    {
        var after = Read();
        var found = new HashSet<long>();
        for (var i = 0; i < ids.Length; i++)
        {
            if (!found.Add(ids[i]))
                return $"The row {ids[i]} was found twice.";
            if (before[ids[i]] == after[ids[i]] && before[ids[i]] % Versions == Absent)
                return $"The row {ids[i]} was found, and was not there.";
            var distance = BruteForce.SquaredDistance(query, Vector(ids[i]));
            if (Math.Abs(distance - distances[i]) > Tolerance * (1 + distance))
                return $"The row {ids[i]} has the distance {distance}, and was given {distances[i]}.";
            if (i > 0 && distances[i] < distances[i - 1])
                return $"The row {ids[i]} comes after one that is farther.";
        }
        var certain = Enumerable.Range(0, Count).Where(id => before[id] == after[id] && before[id] % Versions == Present);
        if (ids.Length < k)
            return certain.Count() > ids.Length ? $"{ids.Length} rows were found of {k}, and {certain.Count()} were there." : null;
        if (!isExact)
            return null;
        foreach (var id in certain)
        {
            var distance = BruteForce.SquaredDistance(query, Vector(id));
            if (distance + (Tolerance * (1 + distance)) < distances[^1] && !found.Contains(id))
                return $"The row {id} was not found, and is at {distance}; the last of {k} is at {distances[^1]}.";
        }
        return null;
    }

    /// <summary>What is wrong with the rows of an index, if anything.</summary>
    /// <param name="before">The versions before its rows were fixed.</param>
    /// <param name="index">An index that does not change.</param>
    public string? Check(int[] before, NeighborIndex index)
    {
        var after = Read();
        for (var id = 0; id < Count; id++)
        {
            if (before[id] == after[id] && before[id] % 2 == 0 && index.Contains(id) != (before[id] % Versions == Present))
                return $"The row {id} {(index.Contains(id) ? "is in the index, and was not there" : "is missing in the index")}.";
        }
        return null;
    }
}
