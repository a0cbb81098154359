namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The k nearest rows seen so far: a heap with the farthest on top, over memory of the caller's.</summary>
/// <remarks>Of equal distances the smaller row number is the nearer.</remarks>
internal ref struct NearestHeap
{
    private readonly Span<float> _distances;
    private readonly Span<int> _rows;

    /// <param name="distances">As long as k.</param>
    /// <param name="rows">As long as k.</param>
    /// <param name="count">How many the memory already holds.</param>
    public NearestHeap(Span<float> distances, Span<int> rows, int count)
    {
        _distances = distances;
        _rows = rows;
        Count = count;
    }

    public int Count { get; private set; }

    public readonly bool IsFull => Count == _rows.Length;

    /// <summary>Whether a row that comes after all rows offered before would be kept.</summary>
    public readonly bool Wants(float distance) => !IsFull || distance < _distances[0];

    /// <summary>Keeps the row, and drops the farthest where there is no more room. Only when <see cref="Wants"/>.</summary>
    public void Push(float distance, int row)
    {
        if (IsFull)
        {
            SiftDown(distance, row, Count);
            return;
        }
        var hole = Count++;
        while (hole > 0)
        {
            var parent = (hole - 1) / 2;
            if (!IsFarther(distance, row, parent))
                break;
            Move(parent, hole);
            hole = parent;
        }
        Set(hole, distance, row);
    }

    /// <summary>Puts the rows in order, the nearest first. The heap is of no more use then.</summary>
    public readonly void Sort()
    {
        for (var end = Count - 1; end > 0; end--)
        {
            var (distance, row) = (_distances[end], _rows[end]);
            Move(0, end);
            SiftDown(distance, row, end);
        }
    }

    private readonly void SiftDown(float distance, int row, int count)
    {
        var hole = 0;
        while (true)
        {
            var child = 2 * hole + 1;
            if (child >= count)
                break;
            if (child + 1 < count && IsFarther(_distances[child + 1], _rows[child + 1], child))
                child++;
            if (IsFarther(distance, row, child))
                break;
            Move(child, hole);
            hole = child;
        }
        Set(hole, distance, row);
    }

    private readonly bool IsFarther(float distance, int row, int than) =>
        distance > _distances[than] || (distance == _distances[than] && row > _rows[than]);

    private readonly void Move(int from, int to) => Set(to, _distances[from], _rows[from]);

    private readonly void Set(int index, float distance, int row)
    {
        _distances[index] = distance;
        _rows[index] = row;
    }
}
