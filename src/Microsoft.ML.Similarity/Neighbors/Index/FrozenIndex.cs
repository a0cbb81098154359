using Microsoft.ML.Similarity.Neighbors.Storage;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Rows with numbers for ids that never change. Those with rows added or removed are others, which share the vectors.</summary>
/// <remarks>Any number of threads may search. Native memory is freed by the garbage collector, after the last that uses it.</remarks>
internal sealed class FrozenIndex
{
    // Multiply-adds worth a thread of their own: some 100 microseconds.
    private const long WorkPerThread = 1 << 20;

    private readonly Snapshot<long> _snapshot;
    private readonly IndexSearch<long> _search;
    private readonly NeighborIndex.Options _options;

    private FrozenIndex(Snapshot<long> snapshot, IndexSearch<long> search, NeighborIndex.Options options)
    {
        (_snapshot, _search, _options) = (snapshot, search, options);
    }

    private FrozenIndex(Segment<long> segment, NeighborIndex.Options options)
        : this(Unchanged(segment), new IndexSearch<long>(segment.Table.Metric, segment.Table.Nodes.Dimension, IdKind.Int64.Order), options)
    {
    }

    public NeighborMetric Metric => _snapshot.Segment.Table.Metric;

    public int Dimension => _snapshot.Segment.Table.Nodes.Dimension;

    /// <summary>The rows that searches can return.</summary>
    public int Count => _snapshot.Count;

    public SearchMode Mode => _options.Mode;

    public NeighborIndexStatistics Statistics => NeighborIndexStatistics.Of(_snapshot);

    /// <summary>An index of rows that are numbered from 0.</summary>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public static FrozenIndex Build(VectorStore rows, NeighborIndex.Options options)
    {
        var chosen = options.Checked();
        var scaling = RowScaling.For(chosen.Metric, rows.LargestMagnitude);
        var segment = SegmentBuilder.Build(chosen, IdKind.Int64, Input(rows, 0, scaling), chosen.Parallel(chosen.CancellationToken), chosen.Progress);
        (chosen.CancellationToken, chosen.Progress) = (CancellationToken.None, null);   // of this build only
        return new(segment, chosen);
    }

    /// <summary>The index of a file, over its memory.</summary>
    /// <exception cref="InvalidDataException">Its ids are text.</exception>
    public static FrozenIndex Load(IndexFile file)
    {
        if (SegmentFile.HasTextIds(file))
            throw new InvalidDataException("The ids of the index are text; those of a model's are integers.");
        var segment = SegmentFile.Load(file, IdKind.Int64);
        return new(segment, new NeighborIndex.Options { Metric = segment.Table.Metric, Mode = segment.Mode });
    }

    /// <summary>An index of these rows and more.</summary>
    /// <param name="rows">The rows to add.</param>
    /// <param name="first">The number of the first of them; no row has had it or a larger one.</param>
    /// <param name="progress">Hears of a rebuild, should one be due.</param>
    /// <param name="cancellation">Ends a rebuild.</param>
    public FrozenIndex With(VectorStore rows, int first, IProgress<NeighborIndexProgress>? progress = null, CancellationToken cancellation = default)
    {
        var largest = rows.LargestMagnitude;
        // Rows of values too large for the scale of these make another necessary.
        var snapshot = _snapshot.Segment.Scaling.Reaches(largest, Dimension)
            ? _snapshot
            : Unchanged(Rebuilt(_snapshot, RowScaling.For(Metric, largest), progress, cancellation));
        var scaling = snapshot.Segment.Scaling;
        var delta = DeltaRows<long>.Empty(Dimension, []).With(LiveRows.Added(snapshot, 0, Dimension, scaling)).With(Input(rows, first, scaling));
        return Settled(snapshot with { Delta = delta, DeltaRemoved = null, DeltaRemovedCount = 0 }, progress, cancellation);
    }

    /// <summary>An index of these rows without some.</summary>
    /// <param name="numbers">Of the rows to leave out; others are ignored.</param>
    /// <param name="progress">Hears of a rebuild, should one be due.</param>
    /// <param name="cancellation">Ends a rebuild.</param>
    public FrozenIndex Without(
        IReadOnlySet<long> numbers, IProgress<NeighborIndexProgress>? progress = null, CancellationToken cancellation = default)
    {
        var removed = RowBits.Copy(_snapshot.Removed, _snapshot.Segment.Table.RowCount);
        var deltaRemoved = RowBits.Copy(_snapshot.DeltaRemoved, _snapshot.Delta.Count);
        int count = _snapshot.RemovedCount, deltaCount = _snapshot.DeltaRemovedCount;
        foreach (var number in numbers)
        {
            if (_snapshot.Segment.Find(number) is var row and >= 0 && !RowBits.Contains(removed, row))
            {
                RowBits.Set(removed, row);
                count++;
            }
        }
        for (var row = 0; row < _snapshot.Delta.Count; row++)
        {
            if (numbers.Contains(_snapshot.Delta.IdOf(row)) && !RowBits.Contains(deltaRemoved, row))
            {
                RowBits.Set(deltaRemoved, row);
                deltaCount++;
            }
        }
        var changed = _snapshot with { Removed = removed, RemovedCount = count, DeltaRemoved = deltaRemoved, DeltaRemovedCount = deltaCount };
        return Settled(changed, progress, cancellation);
    }

    /// <summary>The numbers of the rows, in no order.</summary>
    public IEnumerable<long> Numbers()
    {
        for (var row = 0; row < _snapshot.Segment.Table.RowCount; row++)
        {
            if (!_snapshot.IsRemoved(row))
                yield return _snapshot.Segment.Ids[row];
        }
        for (var row = 0; row < _snapshot.Delta.Count; row++)
        {
            if (!_snapshot.IsDeltaRemoved(row))
                yield return _snapshot.Delta.IdOf(row);
        }
    }

    /// <summary>Finds the nearest rows of finite queries.</summary>
    /// <param name="queries">The queries, one after the other.</param>
    /// <param name="count">How many.</param>
    /// <param name="k">How many rows for each, at least 1.</param>
    /// <param name="numbers">k places for each query.</param>
    /// <param name="distances">k places for each query.</param>
    /// <param name="counts">Become the numbers of places filled.</param>
    /// <param name="filter">The rows that may be returned; null for all.</param>
    public void Search(
        ReadOnlySpan<float> queries, int count, int k, Span<long> numbers, Span<float> distances, Span<int> counts, NeighborFilter? filter)
    {
        var work = (long)count * Count * Dimension;
        var threads = (int)Math.Clamp(work / WorkPerThread, 1, count == 1 ? 1 : _options.Threads);
        _search.Run(_snapshot, queries, count, k, numbers, distances, counts, filter, threads);
        GC.KeepAlive(this);
    }

    /// <summary>Distances as searches give them.</summary>
    public RowDistance CreateDistance() => new(Metric, _snapshot.Segment.Scaling, Dimension);

    /// <summary>Hands the file of the index to what writes it. Rebuilds first where rows were added or removed.</summary>
    public void Save(Action<IndexFileWriter> write)
    {
        SegmentFile.Save(_snapshot.IsChanged ? Rebuilt(_snapshot, _snapshot.Segment.Scaling, progress: null, CancellationToken.None) : _snapshot.Segment, write);
        GC.KeepAlive(this);
    }

    private static Snapshot<long> Unchanged(Segment<long> segment) =>
        new(segment, null, 0, DeltaRows<long>.Empty(segment.Table.Nodes.Dimension, []), null, 0);

    private static unsafe SegmentInput<long> Input(VectorStore rows, int first, RowScaling scaling)
    {
        var numbers = new long[rows.Count];
        for (var row = 0; row < numbers.Length; row++)
            numbers[row] = first + row;
        return new(rows.Dimension, scaling, numbers, [], (row, prepared) => scaling.Prepare(rows[row], prepared));
    }

    private FrozenIndex Settled(Snapshot<long> changed, IProgress<NeighborIndexProgress>? progress, CancellationToken cancellation) =>
        _options.AsksForRebuild(changed.Segment.Table.RowCount, changed.Delta.Count, changed.RemovedCount)
            ? new(Rebuilt(changed, changed.Segment.Scaling, progress, cancellation), _options)
            : new(changed, _search, _options);

    private Segment<long> Rebuilt(
        Snapshot<long> changed, RowScaling scaling, IProgress<NeighborIndexProgress>? progress, CancellationToken cancellation)
    {
        var segment = SegmentBuilder.Build(_options, IdKind.Int64, LiveRows.Of(changed, Dimension, scaling), _options.Parallel(cancellation), progress);
        GC.KeepAlive(changed);
        return segment;
    }
}
