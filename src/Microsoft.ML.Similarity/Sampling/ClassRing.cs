namespace Microsoft.ML.Similarity.Sampling;

/// <summary>The rows of a class in random order, dealt round and round: no row is twice in a batch while the class has others.</summary>
internal sealed class ClassRing
{
    private readonly int[] _rows;
    private int _next;

    /// <param name="rows">At least one; not changed.</param>
    /// <param name="groupSize">The most rows dealt together.</param>
    /// <param name="limit">The most rows in a batch, unless all classes have reached theirs.</param>
    /// <param name="random">Decides the order.</param>
    public ClassRing(int[] rows, int groupSize, int limit, Random random)
    {
        _rows = (int[])rows.Clone();
        random.Shuffle(_rows);
        GroupSize = EvenGroup(rows.Length, groupSize);
        Limit = limit;
        Undealt = rows.Length;
    }

    public int Count => _rows.Length;

    public int GroupSize { get; }

    public int Limit { get; }

    public int Undealt { get; private set; }

    public int Owed { get; set; }

    public int InBatch { get; set; }

    /// <summary>As few groups as the size allows, of nearly equal sizes: 10 rows by 8 are two of 5, not 8 and 2 topped up to 8.</summary>
    public static int EvenGroup(int rows, int groupSize)
    {
        var groups = (rows + groupSize - 1) / groupSize;
        return (rows + groups - 1) / groups;
    }

    /// <returns>How many of the rows were dealt for the first time.</returns>
    public int DealTo(List<int> batch, int count)
    {
        for (var i = 0; i < count; i++)
        {
            batch.Add(_rows[_next]);
            _next = (_next + 1) % _rows.Length;
        }
        InBatch += count;
        var fresh = Math.Min(Undealt, count);
        Undealt -= fresh;
        return fresh;
    }
}
