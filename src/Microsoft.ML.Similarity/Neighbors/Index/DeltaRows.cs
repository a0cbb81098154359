using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Rows added since the segment was made; immutable, though rows may be added behind those it knows.</summary>
internal sealed unsafe class DeltaRows<TId> : IRows<TId>
    where TId : notnull
{
    private const int ChunkRows = 256;   // a multiple of 4, by which rows are searched

    private readonly AlignedMemory[] _chunks;
    private readonly TId[] _ids;
    private readonly bool[] _isZero;
    private readonly Array[] _payload;
    private readonly IReadOnlyList<(string Name, PayloadKind Kind)> _columns;
    private readonly int _dimension;

    private DeltaRows(
        object origin, int count, int dimension, AlignedMemory[] chunks, TId[] ids, bool[] isZero, Array[] payload,
        IReadOnlyList<(string Name, PayloadKind Kind)> columns)
    {
        (Origin, Count, _dimension, _chunks) = (origin, count, dimension, chunks);
        (_ids, _isZero, _payload, _columns) = (ids, isZero, payload, columns);
    }

    /// <summary>The same for all that this became by adding.</summary>
    public object Origin { get; }

    public int Count { get; }

    public long Bytes => _chunks.Sum(chunk => chunk.Length);

    public static DeltaRows<TId> Empty(int dimension, IReadOnlyList<(string Name, PayloadKind Kind)> columns) =>
        new(new object(), 0, dimension, [], [], [], [.. columns.Select(column => PayloadKinds.CreateArray(column.Kind, 0))], columns);

    public TId IdOf(int row) => _ids[row];

    public bool IsZero(int row) => _isZero[row];

    public float* Row(int row) =>
        (float*)_chunks[row / ChunkRows].Pointer + ((row % ChunkRows) * Padding.ForFloats(_dimension));

    /// <summary>Never found: filters look at each of these rows.</summary>
    public int Find(TId id) => -1;

    public Func<int, T>? Reader<T>(string column)
    {
        for (var i = 0; i < _columns.Count; i++)
        {
            if (_columns[i].Name == column && _payload[i] is T[] values)
                return row => values[row];
        }
        return null;
    }

    public object Value(int column, int row) => _payload[column].GetValue(row)!;

    /// <summary>These rows and more; only once for each of these, as the memory behind them is used.</summary>
    public DeltaRows<TId> With(SegmentInput<TId> input)
    {
        var count = Count + input.Ids.Length;
        var chunks = _chunks;
        var needed = (count + ChunkRows - 1) / ChunkRows;
        if (needed > chunks.Length)
        {
            var first = chunks.Length;
            Array.Resize(ref chunks, needed);
            for (var i = first; i < needed; i++)
                chunks[i] = AlignedMemory.For<float>((long)ChunkRows * Padding.ForFloats(_dimension));
        }
        var (ids, isZero) = (_ids, _isZero);
        Grow(ref ids, count);
        Grow(ref isZero, count);
        var payload = (Array[])_payload.Clone();
        for (var i = 0; i < payload.Length; i++)
        {
            if (payload[i].Length < count)
            {
                var larger = PayloadKinds.CreateArray(_columns[i].Kind, Math.Max(count, 2 * payload[i].Length));
                Array.Copy(payload[i], larger, Count);
                payload[i] = larger;
            }
            Array.Copy(input.Payload[i].Values, 0, payload[i], Count, input.Ids.Length);
        }
        var delta = new DeltaRows<TId>(Origin, count, _dimension, chunks, ids, isZero, payload, _columns);
        for (var i = 0; i < input.Ids.Length; i++)
        {
            ids[Count + i] = input.Ids[i];
            isZero[Count + i] = !input.Write(i, delta.Row(Count + i));
        }
        return delta;
    }

    private void Grow<T>(ref T[] values, int count)
    {
        if (values.Length >= count)
            return;
        var larger = new T[Math.Max(count, 2 * values.Length)];
        Array.Copy(values, larger, Count);
        values = larger;
    }
}
