using System.Runtime.InteropServices;

namespace Microsoft.ML.Similarity.Sampling;

/// <summary>The items of each tuple, numbered from 0, each once.</summary>
internal sealed class ItemIndex
{
    private readonly int[] _starts;
    private readonly int[] _items;
    private readonly int[] _numbers;

    public ItemIndex(IReadOnlyList<int[]> tuples)
    {
        var known = new Dictionary<int, int>();
        var numbers = new List<int>();
        var items = new List<int>(2 * tuples.Count);
        var uses = new List<int>();
        _starts = new int[tuples.Count + 1];
        for (var i = 0; i < tuples.Count; i++)
        {
            var start = items.Count;
            foreach (var number in tuples[i])
            {
                ref var item = ref CollectionsMarshal.GetValueRefOrAddDefault(known, number, out var exists);
                if (!exists)
                {
                    item = numbers.Count;
                    numbers.Add(number);
                    uses.Add(0);
                }
                if (items.IndexOf(item, start) >= 0)
                    continue;
                items.Add(item);
                uses[item]++;
            }
            _starts[i + 1] = items.Count;
        }
        _items = [.. items];
        _numbers = [.. numbers];
        Uses = [.. uses];
        Commonest = Uses.Length == 0 ? -1 : Array.IndexOf(Uses, Uses.Max());
    }

    public int TupleCount => _starts.Length - 1;

    public int ItemCount => _numbers.Length;

    /// <summary>In how many tuples each item is.</summary>
    public int[] Uses { get; }

    /// <summary>The item that is in most tuples; -1 if there are no items.</summary>
    public int Commonest { get; }

    public ReadOnlySpan<int> Of(int tuple) => _items.AsSpan(_starts[tuple], _starts[tuple + 1] - _starts[tuple]);

    /// <summary>The number an item was given by.</summary>
    public int NumberOf(int item) => _numbers[item];
}
