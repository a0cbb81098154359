namespace Microsoft.ML.Similarity.Sampling;

/// <summary>Deals one epoch of a <see cref="ClassSampler"/>.</summary>
/// <remarks>
/// The rows of a class lie in a ring in random order and are dealt from where the last group ended, so a last group is
/// topped up from the ring's start, and no row is twice in a batch while the class has others.
/// </remarks>
internal sealed class ClassDealer
{
    private readonly ClassRing[] _classes;
    private readonly int _batchSize;
    private readonly List<int> _dealt;

    // A ticket is a group still to be dealt. Those that met a class's limit wait for a later batch.
    private readonly int[] _tickets;
    private readonly Queue<ClassRing> _waiting = [];
    private int _nextTicket;
    private int _undealt;

    private readonly List<ClassRing> _inBatch = [];
    private int _nextFiller;
    private int _batchEnd;

    public ClassDealer(IReadOnlyList<int[]> rowsByClass, int rowCount, int batchSize, int groupSize, Random random)
    {
        _batchSize = batchSize;
        _undealt = rowCount;
        _dealt = new List<int>(rowCount + batchSize);
        // A batch has room for groups of two classes, if there are two.
        var most = rowsByClass.Count == 1 ? batchSize : (batchSize + 1) / 2;
        groupSize = Math.Min(groupSize, most);
        _classes = [.. rowsByClass.Select(rows => new ClassRing(rows, groupSize, Limit(rows.Length, rowCount, groupSize, most), random))];
        _tickets = [.. _classes.SelectMany((ring, c) => Enumerable.Repeat(c, (rowsByClass[c].Length + groupSize - 1) / groupSize))];
        random.Shuffle(_tickets);
        _nextFiller = random.Next(_classes.Length);
    }

    public int[] Deal()
    {
        while (_undealt > 0)
            DealBatch();
        return [.. _dealt];
    }

    private int Room => _batchEnd - _dealt.Count;

    // A class's fair share of a batch in whole groups.
    private int Limit(int rows, int all, int groupSize, int most)
    {
        var share = (int)Math.Ceiling((double)_batchSize * rows / all);
        groupSize = ClassRing.EvenGroup(rows, groupSize);
        var groups = (share + groupSize - 1) / groupSize * groupSize;
        return Math.Min(rows, Math.Min(groups, most));
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
        // All tickets left are of classes at their limit: the others give a group each in turn, then, at their limits, all.
        for (var full = 0; full < _classes.Length && Room > 0;)
            full = Take(NextFiller(), withinLimit: true) == 0 ? full + 1 : 0;
        while (Room > 0)
            Take(NextFiller(), withinLimit: false);
        foreach (var ring in _inBatch)
            ring.InBatch = 0;
        _inBatch.Clear();
    }

    // Deals what a class is owed, as far as its limit and the batch's room go; the rest waits.
    private void PayBack(ClassRing ring)
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

    private ClassRing NextFiller()
    {
        _nextFiller = (_nextFiller + 1) % _classes.Length;
        return _classes[_nextFiller];
    }

    private int Take(ClassRing ring, bool withinLimit)
    {
        var free = (withinLimit ? ring.Limit : ring.Count) - ring.InBatch;
        var count = Math.Min(Math.Min(ring.GroupSize, free), Room);
        if (count <= 0)
            return 0;
        if (ring.InBatch == 0)
            _inBatch.Add(ring);
        _undealt -= ring.DealTo(_dealt, count);
        return count;
    }
}
