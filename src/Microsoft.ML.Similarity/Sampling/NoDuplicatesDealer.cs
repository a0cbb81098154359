namespace Microsoft.ML.Similarity.Sampling;

/// <summary>Deals one epoch of a <see cref="NoDuplicatesSampler"/>.</summary>
/// <remarks>
/// A tuple that cannot be in a batch waits in the queue of the item it was refused for. Each batch then looks at the heads of the
/// queues only, not at all that waits: of one queue no two tuples can be in a batch.
/// </remarks>
internal sealed class NoDuplicatesDealer
{
    private const int MostBatches = 10;

    private readonly ItemIndex _items;
    private readonly int _batchSize;
    private readonly int[] _order;
    private readonly bool[] _dealt;
    private readonly List<int> _plan;
    private int _undealt;
    private int _nextFresh;
    private int _nextFiller;
    private int[]? _rarestFirst;

    // The batch that each item was in last, counted from 1.
    private readonly int[] _batchOf;
    private readonly List<int> _freshInBatch = [];
    private int _batch;
    private int _batchEnd;

    // Queues as linked lists: first and last tuple of each item, and the tuple behind each; -1 for none.
    // A tuple dealt while topping up stays in its queue until it comes first.
    private readonly int[] _first;
    private readonly int[] _last;
    private readonly int[] _behind;
    private readonly bool[] _waits;
    private readonly Queue<int> _waitedFor = [];
    private readonly List<int> _inBatch = [];

    public NoDuplicatesDealer(ItemIndex items, int batchSize, Random random)
    {
        _items = items;
        _batchSize = batchSize;
        _undealt = items.TupleCount;
        var batches = (_undealt + batchSize - 1) / batchSize;
        if (CommonestUses > (long)MostBatches * batches)
        {
            throw new InvalidOperationException(
                $"Item {CommonestNumber} is in {CommonestUses} of {_undealt} rows, but can be in one row of a batch only: an epoch would be {CommonestUses} batches "
                + $"of {batchSize} rows or more, where all rows fill {batches}. Lower the batch size, or use {nameof(ShuffleSampler)}.");
        }
        _order = [.. Enumerable.Range(0, _undealt)];
        random.Shuffle(_order);
        _dealt = new bool[_undealt];
        _plan = new List<int>(_undealt + batchSize);
        _batchOf = new int[items.ItemCount];
        _behind = new int[_undealt];
        _waits = new bool[_undealt];
        _first = new int[items.ItemCount];
        _last = new int[items.ItemCount];
        Array.Fill(_first, -1);
    }

    private int Room => _batchEnd - _plan.Count;

    private int CommonestUses => _items.Uses[_items.Commonest];

    private int CommonestNumber => _items.NumberOf(_items.Commonest);

    /// <returns>Places of tuples.</returns>
    public int[] Deal()
    {
        while (_undealt > 0)
            DealBatch();
        return [.. _plan];
    }

    private void DealBatch()
    {
        var start = _plan.Count;
        _batchEnd = start + _batchSize;
        _batch++;
        _freshInBatch.Clear();
        DealWaiting();
        while (Room > 0 && _nextFresh < _order.Length)
        {
            var tuple = _order[_nextFresh++];
            if (!_dealt[tuple])
                DealOrWait(tuple);
        }
        foreach (var item in _inBatch)
            _waitedFor.Enqueue(item);
        _inBatch.Clear();
        TopUp(start);
    }

    private void DealWaiting()
    {
        // Where nearly all that waits is refused for ever other items, topping up is quicker.
        for (var looks = 8 * _batchSize; looks > 0 && Room > 0 && _waitedFor.TryDequeue(out var item); looks--)
        {
            if (_batchOf[item] == _batch)
            {
                _inBatch.Add(item);
                continue;
            }
            var tuple = _first[item];
            _first[item] = tuple == _last[item] ? -1 : _behind[tuple];
            _waits[tuple] = false;
            if (!_dealt[tuple])
                DealOrWait(tuple);
            if (_first[item] >= 0)
                _waitedFor.Enqueue(item);
        }
    }

    private void DealOrWait(int tuple)
    {
        if (Refusing(tuple) is not { } item)
        {
            Deal(tuple);
            return;
        }
        if (_first[item] < 0)
            _inBatch.Add(item);
        Append(item, tuple);
    }

    private void Append(int item, int tuple)
    {
        if (_first[item] < 0)
            _first[item] = tuple;
        else
            _behind[_last[item]] = tuple;
        _last[item] = tuple;
        _waits[tuple] = true;
    }

    // The item for which a tuple cannot be in the batch.
    private int? Refusing(int tuple)
    {
        foreach (var item in _items.Of(tuple))
        {
            if (_batchOf[item] == _batch)
                return item;
        }
        return null;
    }

    private void Deal(int tuple)
    {
        foreach (var item in _items.Of(tuple))
            _batchOf[item] = _batch;
        _plan.Add(tuple);
        if (_dealt[tuple])
            return;
        _dealt[tuple] = true;
        _undealt--;
        _freshInBatch.Add(tuple);
    }

    private void TopUp(int start)
    {
        for (var looked = 0; looked < _order.Length && Room > 0; looked++)
        {
            var tuple = _order[_nextFiller];
            _nextFiller = (_nextFiller + 1) % _order.Length;
            if (Refusing(tuple) is null)
                Deal(tuple);
        }
        if (Room == 0)
            return;
        // What was chosen may be in the way of more: all but one tuple go back, and wait for the first of their items.
        var (found, kept) = (_plan.Count - start, _plan[start]);
        _plan.RemoveRange(start, found);
        _batch++;
        foreach (var tuple in _freshInBatch)
        {
            _dealt[tuple] = false;
            _undealt++;
            if (_waits[tuple])
                continue;
            var item = _items.Of(tuple)[0];
            if (_first[item] < 0)
                _waitedFor.Enqueue(item);
            Append(item, tuple);
        }
        _rarestFirst ??= [.. _order.OrderBy(Commonness)];
        Deal(kept);
        foreach (var tuple in _rarestFirst)
        {
            if (Room > 0 && Refusing(tuple) is null)
                Deal(tuple);
        }
        if (Room > 0)
        {
            throw new InvalidOperationException(
                $"A batch of {_batchSize} rows without an item twice cannot be filled: at most {Math.Max(found, _batchSize - Room)} of {_order.Length} rows were found that have no item in common; "
                + $"the most frequent item, {CommonestNumber}, is in {CommonestUses}. Lower the batch size, or use {nameof(ShuffleSampler)}.");
        }
    }

    private long Commonness(int tuple)
    {
        var uses = 0L;
        foreach (var item in _items.Of(tuple))
            uses += _items.Uses[item];
        return uses;
    }
}
