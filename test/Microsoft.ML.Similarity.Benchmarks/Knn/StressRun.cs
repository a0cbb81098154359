using System.Collections.Concurrent;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Benchmarks.Knn;

/// <summary>Threads that change an index while others search it, rebuild it and save it, until the time is over or something is wrong.</summary>
internal sealed class StressRun : IDisposable
{
    private const int Rows = 6000;
    private const int Dimension = 24;
    private const int LargestChange = 16;
    private const int MostNeighbors = 20;
    private const int AddedRowsBeforeRebuild = 200;
    private const int MillisecondsBetweenFiles = 500;

    private readonly StressModel _model;
    private readonly NeighborIndex _index;
    private readonly bool _isExact;
    private readonly int _seed;
    private readonly ConcurrentQueue<string> _wrong = [];
    private readonly CancellationTokenSource _end = new();
    private long _added;
    private long _removed;
    private long _searches;
    private long _files;

    public StressRun(SearchMode mode, int seed)
    {
        (_isExact, _seed) = (mode is ExactMode, seed);
        _model = new StressModel(GeneratedRows.Create(0, Rows, Dimension, seed), Dimension);
        long[] first = [.. Enumerable.Range(0, Rows / 2).Select(i => (long)i)];
        _index = NeighborIndex.Build(_model.Vectors(first), Dimension, first, options: new()
        {
            Metric = NeighborMetric.SquaredEuclidean,
            Mode = mode,
            AddedRowsBeforeRebuild = AddedRowsBeforeRebuild,
        });
        _model.Step(first);
        _model.Step(first);
    }

    public long Added => _added;

    public long Removed => _removed;

    public long Searches => _searches;

    public long Files => _files;

    /// <summary>What was wrong, and exceptions.</summary>
    public IReadOnlyCollection<string> Wrong => _wrong;

    public void Run(TimeSpan time, int changers, int searchers)
    {
        _end.CancelAfter(time);
        Thread[] threads =
        [
            .. Enumerable.Range(0, changers).Select(i => Start(random => Change(random, i, changers), i)),
            .. Enumerable.Range(0, searchers).Select(i => Start(Search, changers + i)),
            Start(_ => SaveAndOpen(), changers + searchers),
        ];
        foreach (var thread in threads)
            thread.Join();
        if (_wrong.IsEmpty)
            CheckAtRest();
    }

    public void Dispose()
    {
        _index.Dispose();
        _end.Dispose();
    }

    private Thread Start(Action<Random> step, int number)
    {
        var thread = new Thread(() =>
        {
            var random = new Random(_seed + number);
            try
            {
                while (!_end.IsCancellationRequested)
                    step(random);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Fail(e.ToString());
            }
        });
        thread.Start();
        return thread;
    }

    private void Fail(string message)
    {
        _wrong.Enqueue(message);
        _end.Cancel();
    }

    // Of rows that no other thread changes.
    private void Change(Random random, int changer, int changers)
    {
        var adds = random.Next(2) == 0;
        long[] ids = [.. Enumerable.Range(0, random.Next(1, LargestChange + 1))
            .Select(_ => (long)(random.Next(Rows / changers) * changers) + changer).Distinct().Where(id => _model.IsPresent(id) != adds)];
        _model.Step(ids);
        if (adds)
            _index.Add(_model.Vectors(ids), ids);
        else if (_index.Remove(ids) is var count && count != ids.Length)
            Fail($"{count} rows were removed of {ids.Length}.");
        _model.Step(ids);
        Interlocked.Add(ref adds ? ref _added : ref _removed, ids.Length);
    }

    private void Search(Random random)
    {
        var query = _model.Vector(random.Next(Rows));
        var k = random.Next(1, MostNeighbors + 1);
        Span<long> ids = stackalloc long[k];
        Span<float> distances = stackalloc float[k];
        var before = _model.Read();
        var count = _index.Search(query, ids, distances);
        if (_model.Check(before, query, ids[..count], distances[..count], k, _isExact) is { } wrong)
            Fail(wrong);
        Interlocked.Increment(ref _searches);
    }

    private void SaveAndOpen()
    {
        var path = Path.Combine(Path.GetTempPath(), $"knn-stress-{Guid.NewGuid():N}");
        try
        {
            var before = _model.Read();
            _index.Save(path);
            using var opened = NeighborIndex.Open(path, verify: true);
            if (_model.Check(before, opened) is { } wrong)
                Fail($"A file: {wrong}");
            _files++;
        }
        finally
        {
            File.Delete(path);
        }
        _end.Token.WaitHandle.WaitOne(MillisecondsBetweenFiles);
    }

    private void CheckAtRest()
    {
        var present = Enumerable.Range(0, Rows).Count(id => _model.IsPresent(id));
        if (_index.Count != present)
            Fail($"The index has {_index.Count} rows in the end; {present} were left.");
        if (_model.Check(_model.Read(), _index) is { } wrong)
            Fail($"In the end: {wrong}");
    }
}
