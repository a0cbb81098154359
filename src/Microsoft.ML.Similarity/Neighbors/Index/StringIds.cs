using System.Text;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Ids as UTF-8, in the order of their code points; strings are made when first asked for, and kept.</summary>
/// <param name="starts">Where each id starts, and the last ends: 8 bytes a row.</param>
/// <param name="text">The bytes of all.</param>
internal sealed unsafe class StringIds(MemoryBlock starts, MemoryBlock text) : IdStore<string>
{
    private const int StackBytes = 256;

    private string?[]? _strings;

    public override int Count => starts.CountOf<long>() - 1;

    public override IReadOnlyList<MemoryBlock> Blocks => [starts, text];

    public override string this[int row]
    {
        get
        {
            var strings = _strings ?? Interlocked.CompareExchange(ref _strings, new string?[Count], null) ?? _strings;
            return strings[row] ??= Encoding.UTF8.GetString(Utf8(row));
        }
    }

    public override int Find(string id)
    {
        if (!UnicodeText.IsValid(id))
            return -1;
        var length = Encoding.UTF8.GetByteCount(id);
        var utf8 = length <= StackBytes ? stackalloc byte[length] : new byte[length];
        Encoding.UTF8.GetBytes(id, utf8);
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            var middle = low + ((high - low) / 2);
            var order = utf8.SequenceCompareTo(Utf8(middle));
            if (order == 0)
                return middle;
            if (order < 0)
                high = middle - 1;
            else
                low = middle + 1;
        }
        return -1;
    }

    private ReadOnlySpan<byte> Utf8(int row)
    {
        var start = starts.As<long>()[row];
        return new(text.Pointer + start, (int)(starts.As<long>()[row + 1] - start));
    }
}
