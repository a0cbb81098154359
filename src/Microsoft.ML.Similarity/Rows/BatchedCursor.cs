using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Rows;

/// <summary>Reads a batch ahead, buffering only the active pass-through columns, evaluates it once, and serves its rows.</summary>
internal sealed class BatchedCursor : DataViewRowCursor
{
    // Pictures that pass through may be of any size.
    private const int MaximumPictures = 32;

    private readonly DataViewRowCursor _input;
    private readonly BatchBinding _binding;
    private readonly bool[] _active;
    private readonly int _capacity;
    private readonly IBatchScorer _scorer;
    private readonly ColumnBuffer?[] _passThrough;
    private readonly Delegate?[] _added;
    private readonly ColumnBuffer<DataViewRowId> _ids;
    private readonly long[] _batches;
    private int _count;
    private int _slot = -1;
    private long _position = -1;
    private bool _inputEnded;
    private bool _disposed;

    public BatchedCursor(DataViewRowCursor input, BatchBinding binding, bool[] active)
    {
        _input = input;
        _binding = binding;
        _active = active;
        _capacity = Math.Min(binding.Mapping.BatchSize, binding.Input.Any(column => active[column.Index] && InputColumns.IsPicture(column.Type)) ? MaximumPictures : int.MaxValue);
        _scorer = binding.Mapping.CreateScorer(input, _capacity);
        _passThrough = new ColumnBuffer?[binding.Input.Count];
        for (var i = 0; i < _passThrough.Length; i++)
        {
            if (active[i])
                _passThrough[i] = ColumnBuffer.Create(input, binding.Input[i], _capacity);
        }
        _added = new Delegate?[binding.AddedCount];
        for (var i = 0; i < _added.Length; i++)
        {
            if (active[binding.Input.Count + i])
                _added[i] = _scorer.CreateGetter(i, CurrentSlot);
        }
        _ids = new ColumnBuffer<DataViewRowId>(input.GetIdGetter(), _capacity);
        _batches = new long[_capacity];
    }

    public override long Position => _position;

    public override long Batch => _slot >= 0 ? _batches[_slot] : 0;

    public override DataViewSchema Schema => _binding.Output;

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[_binding.IndexOf(column)];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        var index = _binding.ActiveIndexOf(column, _active);
        var getter = index < _passThrough.Length ? _passThrough[index]!.CreateGetter(CurrentSlot) : _added[index - _passThrough.Length]!;
        return BatchBinding.Typed<TValue>(getter, column);
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ValueGetter<DataViewRowId>)_ids.CreateGetter(CurrentSlot);

    public override bool MoveNext()
    {
        if (_disposed)
            return false;
        if (++_slot >= _count)
        {
            if (_inputEnded || !Fill())
            {
                _slot = -1;
                _position = -1;
                _count = 0;
                return false;
            }
            _slot = 0;
        }
        _position++;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _slot = -1;
            _position = -1;
            foreach (var buffer in _passThrough)
                buffer?.Dispose();
            _scorer.Dispose();
            _input.Dispose();
        }
        base.Dispose(disposing);
    }

    private int CurrentSlot() => _slot >= 0 ? _slot : throw BatchBinding.NotOnARow();

    private bool Fill()
    {
        var count = 0;
        while (count < _capacity && !(_inputEnded = !_input.MoveNext()))
        {
            foreach (var buffer in _passThrough)
                buffer?.Read(count);
            _ids.Read(count);
            _batches[count] = _input.Batch;
            _scorer.Gather(count++);
        }
        _count = count;
        if (count > 0)
            _scorer.Evaluate(count);
        return count > 0;
    }
}
