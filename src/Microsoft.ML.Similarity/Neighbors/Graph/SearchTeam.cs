namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>The memory of several searches that one thread does at the same time: while one of them waits for memory of the graph, another computes.</summary>
internal sealed class SearchTeam : IDisposable
{
    /// <summary>How many; more gained nothing.</summary>
    public const int Size = 2;

    private readonly SearchMemory[] _members = [.. Enumerable.Range(0, Size).Select(_ => new SearchMemory())];

    public SearchMemory this[int member] => _members[member];

    /// <summary>Distances computed since it was last asked.</summary>
    public long TakeDistances()
    {
        var sum = 0L;
        foreach (var member in _members)
        {
            sum += member.Distances;
            member.Distances = 0;
        }
        return sum;
    }

    public void Dispose()
    {
        foreach (var member in _members)
            member.Dispose();
    }
}
