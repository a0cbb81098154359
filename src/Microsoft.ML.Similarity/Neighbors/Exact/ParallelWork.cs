using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Chunks of work that the caller does, with what threads of the pool come to help. Runs without managed allocations.</summary>
/// <remarks>
/// The caller waits for chunks that were begun, never for helpers that did not come: a busy pool makes it slower, not stuck. A helper
/// that comes after its run is over finds no chunk, or helps in the next run of the same object.
/// </remarks>
/// <typeparam name="TScratch">What a thread needs for itself.</typeparam>
internal abstract class ParallelWork<TScratch> : IThreadPoolWorkItem, IDisposable
{
    private readonly ManualResetEventSlim _completedAll = new();
    private long _state;      // the number of chunks, and of those taken
    private int _completed;
    private Exception? _error;

    public void Dispose() => _completedAll.Dispose();

    void IThreadPoolWorkItem.Execute() => Take();

    /// <param name="chunks">How many.</param>
    /// <param name="threads">The most threads, the caller included.</param>
    protected void Run(int chunks, int threads)
    {
        _completed = 0;
        _error = null;
        Interlocked.Exchange(ref _state, (long)chunks << 32);
        for (var helpers = Math.Min(chunks, threads) - 1; helpers > 0; helpers--)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        Take();
        while (Volatile.Read(ref _completed) < chunks)
        {
            _completedAll.Wait();
            _completedAll.Reset();   // may be the late sign of an earlier run
        }
        if (_error != null)
            ExceptionDispatchInfo.Throw(_error);
    }

    /// <summary>Before the first chunk of a thread.</summary>
    protected abstract TScratch Begin();

    protected abstract void Do(TScratch scratch, int chunk);

    /// <summary>After the last chunk of a thread.</summary>
    protected abstract void End(TScratch scratch);

    private void Take()
    {
        if (!TryTake(out var chunk, out var chunks))
            return;
        var taken = 1;
        try
        {
            var scratch = Begin();
            Do(scratch, chunk);
            while (TryTake(out chunk, out _))
            {
                taken++;
                Do(scratch, chunk);
            }
            End(scratch);
        }
        catch (Exception error)
        {
            _error = error;
            while (TryTake(out _, out _))
                taken++;
        }
        if (Interlocked.Add(ref _completed, taken) == chunks)
            _completedAll.Set();
    }

    private bool TryTake(out int chunk, out int chunks)
    {
        var state = Interlocked.Increment(ref _state) - 1;
        chunk = (int)(uint)state;
        chunks = (int)(state >> 32);
        return chunk < chunks;
    }
}
