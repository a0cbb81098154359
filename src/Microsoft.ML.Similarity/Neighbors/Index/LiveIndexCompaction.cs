using Microsoft.ML.Similarity.Neighbors.Storage;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <content>Rebuilds, one at a time, without the removed rows and with the added ones among the others.</content>
internal sealed partial class LiveIndex<TId>
{
    // Never disposed of, as a rebuild may end after the index: it holds nothing that has to be.
    private readonly CancellationTokenSource _disposal = new();
    private List<TId>? _removedWhileCompacting;
    private Task _compaction = Task.CompletedTask;

    /// <summary>Rebuilds what changes have left aside, those included that a rebuild under way does not know of.</summary>
    public void Compact(CancellationToken cancellation) => Compact(snapshot => snapshot.IsChanged, scaling: null, cancellation);

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
            using var segment = Rebuilt(snapshot, snapshot.Segment.Scaling, CancellationToken.None);
            SegmentFile.Save(path, segment);
        }
        finally
        {
            snapshot.Segment.Dispose();
            GC.KeepAlive(snapshot);
        }
    }

    // Brings the rows to a scale that reaches larger values.
    private void Rescale(float largest) => Compact(
        snapshot => !snapshot.Segment.Scaling.Reaches(largest, Dimension), RowScaling.For(Metric, largest), CancellationToken.None);

    // Begins no rebuild before the one under way has ended, and waits for its own.
    private void Compact(Func<Snapshot<TId>, bool> isDue, RowScaling? scaling, CancellationToken cancellation)
    {
        Task? own = null;
        while (own == null)
        {
            Wait(Volatile.Read(ref _compaction), cancellation);
            lock (_changing)
            {
                if (_removedWhileCompacting != null)
                    continue;
                if (!isDue(Current))
                    return;
                own = BeginCompaction(scaling, cancellation);
            }
        }
        Wait(own, cancellation);
        cancellation.ThrowIfCancellationRequested();
        _ = Current;   // a rebuild ends early where the index is disposed of
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

    // Before a change, so that whoever gets the error knows that it was not made.
    private void ThrowIfCompactionFailed()
    {
        if (!_compaction.IsFaulted)
            return;
        var failed = _compaction;
        _compaction = Task.CompletedTask;
        failed.GetAwaiter().GetResult();
    }

    private void Publish(Snapshot<TId> snapshot)
    {
        Volatile.Write(ref _snapshot, snapshot);
        var isDue = _options.AsksForRebuild(snapshot.Segment.Table.RowCount, snapshot.Delta.Count, snapshot.RemovedCount);
        if (isDue && _removedWhileCompacting == null)
            BeginCompaction(scaling: null, CancellationToken.None);
    }

    private Task BeginCompaction(RowScaling? scaling, CancellationToken cancellation)
    {
        var snapshot = Use();
        _removedWhileCompacting = [];
        return _compaction = Task.Run(() => Compact(snapshot, scaling ?? snapshot.Segment.Scaling, cancellation), CancellationToken.None);
    }

    private void Compact(Snapshot<TId> snapshot, RowScaling scaling, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _disposal.Token);
        Segment<TId>? segment = null;
        try
        {
            segment = Rebuilt(snapshot, scaling, either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Whoever cancelled it knows.
        }
        finally
        {
            End(snapshot, segment);
        }
    }

    private Segment<TId> Rebuilt(Snapshot<TId> snapshot, RowScaling scaling, CancellationToken cancellation) => SegmentBuilder.Build(
        _options, _kind, LiveRows.Of(snapshot, Dimension, scaling), _options.Parallel(cancellation), progress: null);

    private void End(Snapshot<TId> snapshot, Segment<TId>? segment)
    {
        lock (_changing)
        {
            try
            {
                if (segment != null)
                    Replace(snapshot, segment);
            }
            finally
            {
                _removedWhileCompacting = null;
            }
        }
        snapshot.Segment.Dispose();
        GC.KeepAlive(snapshot);
    }

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
        var rest = LiveRows.Added(current, old.Delta.Count, Dimension, segment.Scaling);
        var delta = DeltaRows<TId>.Empty(Dimension, Columns).With(rest);
        _deltaRows.Clear();
        for (var i = 0; i < rest.Ids.Length; i++)
            _deltaRows.Add(rest.Ids[i], i);
        Volatile.Write(ref _snapshot, new Snapshot<TId>(segment, count > 0 ? removed : null, count, delta, null, 0));
        current.Segment.Dispose();
    }

    // Without rows there is nothing to wait for.
    private Snapshot<TId> ReplaceEmpty(Snapshot<TId> snapshot, RowScaling scaling)
    {
        if (scaling.Scale == snapshot.Segment.Scaling.Scale)
            return snapshot;
        var replaced = snapshot with { Segment = Rebuilt(snapshot, scaling, CancellationToken.None) };
        Volatile.Write(ref _snapshot, replaced);
        snapshot.Segment.Dispose();
        return replaced;
    }
}
