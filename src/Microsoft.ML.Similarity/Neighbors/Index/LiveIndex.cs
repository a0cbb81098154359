using Microsoft.ML.Similarity.Neighbors.Storage;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Rows that change while they are searched: a <see cref="Snapshot{TId}"/> that each change replaces.</summary>
internal sealed class LiveIndex<TId> : IDisposable
    where TId : notnull
{
    private readonly IdKind<TId> _kind;
    private readonly NeighborIndex.Options _options;
    private readonly IndexSearch<TId> _search;
    private readonly Lock _changing = new();
    private readonly Dictionary<TId, int> _deltaRows = [];
    private Snapshot<TId>? _snapshot;
    private List<TId>? _removedWhileCompacting;
    private Task _compaction = Task.CompletedTask;

    public LiveIndex(IdKind<TId> kind, NeighborMetric metric, int dimension, Segment<TId> segment, NeighborIndex.Options options)
    {
        (_kind, Metric, Dimension, _options) = (kind, metric, dimension, options);
        Columns = [.. segment.Payload.Columns.Select(column => (column.Name, column.Kind))];
        _search = new IndexSearch<TId>(metric, dimension, kind.Order);
        _snapshot = new Snapshot<TId>(segment, null, 0, DeltaRows<TId>.Empty(dimension, Columns), null, 0);
    }

    public NeighborMetric Metric { get; }

    public int Dimension { get; }

    public IReadOnlyList<(string Name, PayloadKind Kind)> Columns { get; }

    public Snapshot<TId> Current => Volatile.Read(ref _snapshot) ?? throw new ObjectDisposedException(nameof(NeighborIndex));

    public void Search(
        ReadOnlySpan<float> queries, int count, int k, Span<TId> ids, Span<float> distances, Span<int> counts, NeighborFilter? filter,
        int threads)
    {
        var snapshot = Use();
        try
        {
            _search.Run(snapshot, queries, count, k, ids, distances, counts, filter, threads);
        }
        finally
        {
            snapshot.Segment.Dispose();
            GC.KeepAlive(snapshot);   // whose added rows no one else holds
        }
    }

    /// <summary>The present snapshot, its segment to be disposed of after use.</summary>
    public Snapshot<TId> Use()
    {
        while (true)
        {
            var snapshot = Current;
            if (snapshot.Segment.TryUse())
                return snapshot;
        }
    }

    public bool Contains(TId id)
    {
        lock (_changing)
            return IsAlive(Current, id);
    }

    public bool TryGetValue<T>(TId id, string column, out T? value)
    {
        lock (_changing)
        {
            var snapshot = Current;
            IRows<TId> rows = snapshot.Delta;
            if (!_deltaRows.TryGetValue(id, out var row))
            {
                rows = snapshot.Segment;
                row = IsAlive(snapshot, id) ? rows.Find(id) : -1;
            }
            var reader = snapshot.Segment.Reader<T>(column) ?? throw new ArgumentException(
                $"The index has no payload column '{column}' of type {typeof(T).Name}.", nameof(column));
            value = row < 0 ? default : (rows == snapshot.Segment ? reader : rows.Reader<T>(column)!)(row);
            return row >= 0;
        }
    }

    /// <param name="prepare">Gives the rows, prepared as those of the present segment.</param>
    public void Add(Func<RowScaling, SegmentInput<TId>> prepare)
    {
        lock (_changing)
        {
            var snapshot = Current;
            var input = prepare(snapshot.Segment.Scaling);
            var added = new HashSet<TId>();
            foreach (var id in input.Ids)
            {
                if (!added.Add(id))
                    throw new ArgumentException($"The id {id} is given twice; every row needs an id of its own.", "ids");
                if (IsAlive(snapshot, id))
                    throw new ArgumentException($"The index has a row with the id {id} already; remove it first.", "ids");
            }
            var delta = snapshot.Delta.With(input);
            for (var i = 0; i < input.Ids.Length; i++)
                _deltaRows.Add(input.Ids[i], snapshot.Delta.Count + i);
            Publish(snapshot with { Delta = delta });
        }
    }

    public int Remove(ReadOnlySpan<TId> ids)
    {
        lock (_changing)
        {
            var snapshot = Current;
            var removed = RowBits.Copy(snapshot.Removed, snapshot.Segment.Table.RowCount);
            var deltaRemoved = RowBits.Copy(snapshot.DeltaRemoved, snapshot.Delta.Count);
            int count = 0, deltaCount = 0;
            foreach (var id in ids)
            {
                if (_deltaRows.Remove(id, out var deltaRow))
                {
                    RowBits.Set(deltaRemoved, deltaRow);
                    deltaCount++;
                }
                else if (snapshot.Segment.Find(id) is var row and >= 0 && !RowBits.Contains(removed, row))
                {
                    RowBits.Set(removed, row);
                    count++;
                }
                else
                {
                    continue;
                }
                _removedWhileCompacting?.Add(id);
            }
            if (count + deltaCount > 0)
            {
                Publish(snapshot with
                {
                    Removed = count > 0 ? removed : snapshot.Removed,
                    RemovedCount = snapshot.RemovedCount + count,
                    DeltaRemoved = deltaCount > 0 ? deltaRemoved : snapshot.DeltaRemoved,
                    DeltaRemovedCount = snapshot.DeltaRemovedCount + deltaCount,
                });
            }
            return count + deltaCount;
        }
    }

    /// <summary>Rebuilds what changes have left aside, those included that a rebuild under way does not know of.</summary>
    public void Compact(CancellationToken cancellation)
    {
        Wait(Volatile.Read(ref _compaction), cancellation);
        lock (_changing)
        {
            if (_removedWhileCompacting == null && Current.IsChanged)
                BeginCompaction(cancellation);
        }
        Wait(Volatile.Read(ref _compaction), cancellation);
        cancellation.ThrowIfCancellationRequested();
    }

    public void Save(string path)
    {
        if (Current.IsChanged)
            Compact(CancellationToken.None);
        var snapshot = Use();
        try
        {
            if (!snapshot.IsChanged)
            {
                SegmentFile.Save(path, snapshot.Segment);
                return;
            }
            // Others changed it meanwhile.
            using var segment = Rebuilt(snapshot, CancellationToken.None);
            SegmentFile.Save(path, segment);
        }
        finally
        {
            snapshot.Segment.Dispose();
        }
    }

    public void Dispose()
    {
        lock (_changing)
        {
            _snapshot?.Segment.Dispose();
            _snapshot = null;
            _search.Dispose();
        }
    }

    private void Wait(Task compaction, CancellationToken cancellation)
    {
        try
        {
            compaction.WaitAsync(cancellation).GetAwaiter().GetResult();
        }
        catch when (compaction.IsFaulted)
        {
            lock (_changing)
            {
                if (_compaction == compaction)
                    _compaction = Task.CompletedTask;   // the error is known now
            }
            throw;
        }
    }

    private bool IsAlive(Snapshot<TId> snapshot, TId id) =>
        _deltaRows.ContainsKey(id) || (snapshot.Segment.Find(id) is var row and >= 0 && !snapshot.IsRemoved(row));

    private void Publish(Snapshot<TId> snapshot)
    {
        Volatile.Write(ref _snapshot, snapshot);
        var isDue = _options.AsksForRebuild(snapshot.Segment.Table.RowCount, snapshot.Delta.Count, snapshot.RemovedCount);
        if (isDue && _removedWhileCompacting == null)
            BeginCompaction(CancellationToken.None);
    }

    private void BeginCompaction(CancellationToken cancellation)
    {
        if (_compaction.IsFaulted)
        {
            var failed = _compaction;
            _compaction = Task.CompletedTask;
            failed.GetAwaiter().GetResult();
        }
        var snapshot = Use();
        _removedWhileCompacting = [];
        _compaction = Task.Run(() => Compact(snapshot, cancellation), CancellationToken.None);
    }

    private void Compact(Snapshot<TId> snapshot, CancellationToken cancellation)
    {
        Segment<TId>? segment = null;
        try
        {
            segment = Rebuilt(snapshot, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Whoever cancelled it knows.
        }
        finally
        {
            lock (_changing)
            {
                if (segment != null)
                    Replace(snapshot, segment);
                _removedWhileCompacting = null;
            }
            snapshot.Segment.Dispose();
        }
    }

    private Segment<TId> Rebuilt(Snapshot<TId> snapshot, CancellationToken cancellation) =>
        SegmentBuilder.Build(_options, _kind, LiveRows.Of(snapshot, Dimension), _options.Parallel(cancellation), progress: null);

    // What changed since goes on from the new segment.
    private void Replace(Snapshot<TId> old, Segment<TId> segment)
    {
        var current = _snapshot;
        if (current == null)
        {
            segment.Dispose();
            return;
        }
        var removed = RowBits.Create(segment.Table.RowCount);
        var count = 0;
        foreach (var id in _removedWhileCompacting!)
        {
            if (segment.Find(id) is var row and >= 0 && !RowBits.Contains(removed, row))
            {
                RowBits.Set(removed, row);
                count++;
            }
        }
        _deltaRows.Clear();
        var rest = LiveRows.Added(current, old.Delta.Count, Dimension);
        for (var i = 0; i < rest.Ids.Length; i++)
            _deltaRows.Add(rest.Ids[i], i);
        var delta = DeltaRows<TId>.Empty(Dimension, Columns).With(rest);
        Volatile.Write(ref _snapshot, new Snapshot<TId>(segment, count > 0 ? removed : null, count, delta, null, 0));
        current.Segment.Dispose();
    }
}
