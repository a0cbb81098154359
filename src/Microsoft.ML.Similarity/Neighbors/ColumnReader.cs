namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Collects what reference rows carry beside their features.</summary>
internal abstract class ColumnReader
{
    /// <summary>Reads the current row's value; false where it is missing and the row is of no use without it.</summary>
    public abstract bool Read();

    /// <summary>Adds the value read.</summary>
    public abstract void Append();

    /// <summary>The values added since the last call, as an array.</summary>
    public abstract Array Take();
}

/// <param name="read">Reads the current row's value.</param>
/// <param name="isUsable">Whether a row with this value is taken; null takes all.</param>
internal sealed class ColumnReader<T>(Func<T> read, Predicate<T>? isUsable = null) : ColumnReader
{
    private readonly List<T> _values = [];
    private T _value = default!;

    public override bool Read()
    {
        _value = read();
        return isUsable is null || isUsable(_value);
    }

    public override void Append() => _values.Add(_value);

    public override Array Take()
    {
        var values = _values.ToArray();
        _values.Clear();
        return values;
    }
}
