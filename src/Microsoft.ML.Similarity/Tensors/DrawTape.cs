using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tensors;

/// <summary>
/// What the host draws at random in the course of some work, so that the same work can be done again by a device alone: before each
/// time, the host draws anew, in the same order from the same generators, into the same places.
/// </summary>
internal sealed class DrawTape : IDisposable
{
    [ThreadStatic]
    private static DrawTape? _current;

    private readonly List<(Func<Tensor> Draw, Tensor Place)> _draws = [];
    private int? _played;

    /// <summary>What <paramref name="draw"/> draws on the host, on a device.</summary>
    public static Tensor Draw(Device device, Func<Tensor> draw) => _current is { } tape ? tape.Next(device, draw) : draw().to(device, non_blocking: true);

    /// <summary>Does some work on this thread, and remembers its draws instead of those before.</summary>
    public void Record(Action work)
    {
        Clear();
        Run(work);
    }

    /// <summary>Does the same work with the places of its draws; what is in them does not change.</summary>
    /// <exception cref="InvalidOperationException">It was not the same work.</exception>
    public void Play(Action work)
    {
        _played = 0;
        Run(work);
        if (_played != _draws.Count)
            throw new InvalidOperationException($"Work that drew {_draws.Count} times drew {_played} times when it was repeated.");
        _played = null;
    }

    /// <summary>Draws anew.</summary>
    public void Redraw()
    {
        using var scope = NewDisposeScope();
        foreach (var (draw, place) in _draws)
            place.copy_(draw(), nonBlocking: true);
    }

    public void Dispose() => Clear();

    private void Run(Action work)
    {
        _current = this;
        try
        {
            work();
        }
        finally
        {
            _current = null;
        }
    }

    private Tensor Next(Device device, Func<Tensor> draw)
    {
        if (_played is { } at)
        {
            _played = at + 1;
            return _draws[at].Place.alias();
        }
        var place = draw().to(device, non_blocking: true);
        _draws.Add((draw, place.alias().DetachFromDisposeScope()));
        return place;
    }

    private void Clear()
    {
        foreach (var (_, place) in _draws)
            place.Dispose();
        _draws.Clear();
    }
}
