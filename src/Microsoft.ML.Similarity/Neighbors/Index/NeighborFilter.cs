namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Which rows of a <see cref="NeighborIndex"/> a search may return.</summary>
/// <remarks>
/// A filter looks at each row once and keeps a bit for it until the index is rebuilt, so keep filters that are used again. Any number of
/// threads may use one at the same time, its predicate included. A search returns as many rows as are asked for or, where these are
/// fewer, are allowed.
/// </remarks>
public abstract class NeighborFilter
{
    private FilterBits? _bits;

    private protected NeighborFilter()
    {
    }

    /// <summary>Allows the rows whose value of a payload column passes.</summary>
    /// <typeparam name="T">The column's type: long, float, double or string.</typeparam>
    /// <param name="column">The column's name.</param>
    /// <param name="predicate">Whether a value passes.</param>
    /// <exception cref="ArgumentException">The type is none that a column may have.</exception>
    public static NeighborFilter Where<T>(string column, Func<T, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(column);
        ArgumentNullException.ThrowIfNull(predicate);
        return PayloadKinds.Of<T>() == 0
            ? throw new ArgumentException(
                $"Payload values are long, float, double or string; the predicate wants {typeof(T).Name}.", nameof(predicate))
            : new PayloadFilter<T>(column, predicate);
    }

    /// <summary>Allows the rows of some ids. Ids that the index does not have are ignored.</summary>
    /// <param name="ids">The ids.</param>
    public static NeighborFilter Ids(IEnumerable<long> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return new IdFilter<long>(ids);
    }

    /// <inheritdoc cref="Ids(IEnumerable{long})"/>
    public static NeighborFilter Ids(IEnumerable<string> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return new IdFilter<string>(ids.Where(id => id != null));
    }

    /// <summary>Allows the rows that both allow.</summary>
    /// <param name="other">The other filter.</param>
    public NeighborFilter And(NeighborFilter other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new BothFilter(this, other);
    }

    /// <summary>Allows the rows that this does not.</summary>
    public NeighborFilter Not() => new OtherFilter(this);

    /// <summary>Sets the bits of the rows that pass, from one row on.</summary>
    internal abstract void Mark<TId>(IRows<TId> rows, int from, ulong[] bits)
        where TId : notnull;

    /// <summary>The bits of a snapshot's rows, computed where they are not known.</summary>
    internal FilterBits Bits<TId>(Snapshot<TId> snapshot)
        where TId : notnull
    {
        var known = Volatile.Read(ref _bits);
        if (known != null && known.IsOf(snapshot))
            return known;
        var bits = FilterBits.Create(this, snapshot, known);
        Volatile.Write(ref _bits, bits);
        return bits;
    }
}
