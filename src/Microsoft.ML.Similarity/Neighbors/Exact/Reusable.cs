namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Objects that are used again; as many as there were ever needed at the same time.</summary>
internal sealed class Reusable<T>(Func<T> create) : IDisposable
    where T : class, IDisposable
{
    private readonly Stack<T> _free = new();
    private readonly Lock _lock = new();

    public T Take()
    {
        lock (_lock)
        {
            if (_free.TryPop(out var free))
                return free;
        }
        return create();
    }

    public void Return(T used)
    {
        lock (_lock)
            _free.Push(used);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            while (_free.TryPop(out var free))
                free.Dispose();
        }
    }
}
