namespace Microsoft.ML.Similarity.Sampling;

/// <summary>Deals one epoch of a <see cref="ClassSampler"/>.</summary>
/// <remarks>
/// The rows of a class lie in a ring in random order and are dealt from where the last group ended, so a last group is
/// topped up from the ring's start, and no row is twice in a batch while the class has others.
/// </remarks>
internal sealed class ClassDealer
{
    private readonly Ring[] _classes;
    private readonly int _batchSize;
    private readonly List<int> _dealt;

    // A ticket is a group still to be dealt. Those that met a class's limit wait for a later batch.
    private readonly int[] _tickets;
    private readonly Queue<Ring> _waiting = [];
    private int _nextTicket;

    private readonly List<Ring> _inBatch = [];
    private int _nextFiller;
    private int _batchEnd;

    public ClassDealer(IReadOnlyList<int[]> rowsByClass, int rowCount, int batchSize, int groupSize, Random random)
    {
        _batchSize = batchSize;
        _dealt = new List<int>(rowCount + batchSize);
        _classes = [.. rowsByClass.Select(rows => new Ring(rows, groupSize, Limit(rows.Length, rowCount, groupSize, rowsByClass.Count), random))];
        _tickets = [.. _classes.SelectMany((ring, c) => Enumerable.Repeat(c, (rowsByClass[c].Length + groupSize - 1) / groupSize))];
        random.Shuffle(_tickets);
        _nextFiller = random.Next(_classes.Length);
    }

    public int[] Deal()
    {
        while (_nextTicket < _tickets.Length || _waiting.Count > 0)
            DealBatch();
        return [.. _dealt];
    }

    private int Room => _batchEnd - _dealt.Count;

    // A class's fair share of a batch in whole groups, at most half of it.
    private int Limit(int rows, int all, int groupSize, int classCount)
    {
        var share = (int)Math.Ceiling((double)_batchSize * rows / all);
        var groups = (share + groupSize - 1) / groupSize * groupSize;
        return Math.Min(rows, classCount == 1 ? _batchSize : Math.Min(groups, Math.Max(groupSize, _batchSize / 2)));
    }

    private void DealBatch()
    {
        _batchEnd = _dealt.Count + _batchSize;
        for (var left = _waiting.Count; left > 0 && Room > 0; left--)
            PayBack(_waiting.Dequeue());
        while (_nextTicket < _tickets.Length && Room > 0)
        {
            var ring = _classes[_tickets[_nextTicket++]];
            if (ring.Owed++ == 0)
                PayBack(ring);
        }
        for (var tried = 0; tried < _classes.Length && Room > 0; tried++)
            Take(NextFiller(), withinLimit: true);
        while (Room > 0)
            Take(NextFiller(), withinLimit: false);
        foreach (var ring in _inBatch)
            ring.InBatch = 0;
        _inBatch.Clear();
    }

    // Deals what a class is owed, as far as its limit and the batch's room go; the rest waits.
    private void PayBack(Ring ring)
    {
        while (ring.Owed > 0 && ring.Undealt > 0 && Room > 0 && ring.InBatch < ring.Limit)
        {
            if (Take(ring, withinLimit: true) == ring.GroupSize || ring.Undealt == 0)
                ring.Owed--;
        }
        if (ring.Undealt == 0)
            ring.Owed = 0;
        if (ring.Owed > 0)
            _waiting.Enqueue(ring);
    }

    private Ring NextFiller() => _classes[_nextFiller++ % _classes.Length];

    private int Take(Ring ring, bool withinLimit)
    {
        var free = (withinLimit ? ring.Limit : ring.Count) - ring.InBatch;
        var count = Math.Min(Math.Min(ring.GroupSize, free), Room);
        if (count <= 0)
            return 0;
        if (ring.InBatch == 0)
            _inBatch.Add(ring);
        ring.DealTo(_dealt, count);
        return count;
    }

    private sealed class Ring
    {
        private readonly int[] _rows;
        private int _next;

        public Ring(int[] rows, int groupSize, int limit, Random random)
        {
            _rows = (int[])rows.Clone();
            random.Shuffle(_rows);
            GroupSize = Math.Min(groupSize, rows.Length);
            Limit = limit;
            Undealt = rows.Length;
        }

        public int Count => _rows.Length;

        public int GroupSize { get; }

        public int Limit { get; }

        public int Undealt { get; private set; }

        public int Owed { get; set; }

        public int InBatch { get; set; }

        public void DealTo(List<int> batch, int count)
        {
            for (var i = 0; i < count; i++)
            {
                batch.Add(_rows[_next]);
                _next = (_next + 1) % _rows.Length;
            }
            InBatch += count;
            Undealt = Math.Max(0, Undealt - count);
        }
    }
}
