using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Graph;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Immutable rows with all that belongs to them, and the engine over them. Memory is freed with the last user.</summary>
internal sealed class Segment<TId> : IRows<TId>, IDisposable
    where TId : notnull
{
    private readonly IReadOnlyList<IDisposable> _owners;
    private int _users = 1;

    /// <param name="table">The vectors.</param>
    /// <param name="scaling">How they were prepared.</param>
    /// <param name="ids">Of the rows.</param>
    /// <param name="payload">Of the rows.</param>
    /// <param name="searcher">The engine.</param>
    /// <param name="owners">Whose memory the others use; disposed of last.</param>
    public Segment(
        RowTable table, RowScaling scaling, IdStore<TId> ids, PayloadStore payload, RowSearcher searcher, IReadOnlyList<IDisposable> owners)
    {
        Table = table;
        Scaling = scaling;
        Ids = ids;
        Payload = payload;
        Searcher = searcher;
        _owners = owners;
    }

    public RowTable Table { get; }

    public RowScaling Scaling { get; }

    public IdStore<TId> Ids { get; }

    public PayloadStore Payload { get; }

    public RowSearcher Searcher { get; }

    /// <summary>Of an exact engine, where it has one.</summary>
    public BoundFilter? Filter => (Searcher as ExactSearcher)?.Filter;

    /// <summary>The engine, if it is approximate.</summary>
    public GraphSearcher? Graph => Searcher as GraphSearcher;

    /// <summary>What asked for the engine.</summary>
    public required SearchMode Mode { get; init; }

    public TimeSpan BuildTime { get; init; }

    int IRows<TId>.Count => Table.RowCount;

    public TId IdOf(int row) => Ids[row];

    public int Find(TId id) => Ids.Find(id);

    public Func<int, T>? Reader<T>(string column) => Payload.Reader<T>(column);

    /// <summary>Becomes one more user, unless there is none any more.</summary>
    public bool TryUse()
    {
        var users = Volatile.Read(ref _users);
        while (users > 0)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
                return true;
            users = seen;
        }
        return false;
    }

    /// <summary>Ends one use; the maker's own counts as one.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) > 0)
            return;
        Searcher.Dispose();
        foreach (var owner in _owners)
            owner.Dispose();
    }
}
