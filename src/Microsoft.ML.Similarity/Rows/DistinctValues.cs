using System.Collections;

namespace Microsoft.ML.Similarity.Rows;

/// <summary>Distinct values, numbered from 0 in the order they were added. Copies share what was there before them.</summary>
/// <remarks>Not safe for use by several threads while it grows; once no more is added it is.</remarks>
internal sealed class DistinctValues<T> : IReadOnlyList<T>
    where T : notnull
{
    // What copies were made of never grows again; the last layer does.
    private readonly Layer[] _shared;
    private readonly Layer _own;
    private readonly IEqualityComparer<T> _comparer;

    public DistinctValues(IEqualityComparer<T> comparer)
        : this([], comparer)
    {
    }

    private DistinctValues(Layer[] shared, IEqualityComparer<T> comparer)
    {
        _shared = shared;
        _comparer = comparer;
        _own = new Layer(shared.Length == 0 ? 0 : shared[^1].End, comparer);
    }

    public int Count => _own.End;

    public int LayerCount => _shared.Length + 1;

    public T this[int number]
    {
        get
        {
            var layer = _own;
            for (var i = _shared.Length - 1; number < layer.Start; i--)
                layer = _shared[i];
            return layer.Values[number - layer.Start];
        }
    }

    /// <summary>The number of a value, or -1.</summary>
    public int Find(T value)
    {
        if (_own.Numbers.TryGetValue(value, out var number))
            return number;
        foreach (var layer in _shared)
        {
            if (layer.Numbers.TryGetValue(value, out number))
                return number;
        }
        return -1;
    }

    /// <summary>The number of the value that another type stands for, or -1.</summary>
    /// <typeparam name="TOther">A type that the comparer takes for a value.</typeparam>
    public int Find<TOther>(TOther value)
        where TOther : notnull, allows ref struct
    {
        if (_own.Numbers.GetAlternateLookup<TOther>().TryGetValue(value, out var number))
            return number;
        foreach (var layer in _shared)
        {
            if (layer.Numbers.GetAlternateLookup<TOther>().TryGetValue(value, out number))
                return number;
        }
        return -1;
    }

    /// <summary>Adds a value that is not there.</summary>
    public int Add(T value)
    {
        var number = Count;
        _own.Numbers.Add(value, number);
        _own.Values.Add(value);
        return number;
    }

    /// <summary>A copy that may grow; this one must not any more.</summary>
    public DistinctValues<T> Copy()
    {
        if (_own.Values.Count == 0)
            return new(_shared, _comparer);
        // The last layers are merged with those about as large: few are left, and a value is copied only a few times.
        var kept = _shared.Length;
        var count = _own.Values.Count;
        while (kept > 0 && _shared[kept - 1].Values.Count <= 2 * count)
            count += _shared[--kept].Values.Count;
        if (kept == _shared.Length)
            return new([.. _shared, _own], _comparer);
        var merged = new Layer(_shared[kept].Start, _comparer);
        foreach (var layer in _shared.AsSpan(kept))
            merged.Take(layer);
        merged.Take(_own);
        return new([.. _shared.AsSpan(0, kept), merged], _comparer);
    }

    public IEnumerator<T> GetEnumerator() => _shared.Append(_own).SelectMany(layer => layer.Values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed class Layer(int start, IEqualityComparer<T> comparer)
    {
        public int Start => start;

        public int End => start + Values.Count;

        public List<T> Values { get; } = [];

        public Dictionary<T, int> Numbers { get; } = new(comparer);

        public void Take(Layer other)
        {
            foreach (var value in other.Values)
            {
                Numbers.Add(value, End);
                Values.Add(value);
            }
        }
    }
}
