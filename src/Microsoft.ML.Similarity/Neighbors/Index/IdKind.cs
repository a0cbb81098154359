using System.Text;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>What an index needs to know of the type of its ids.</summary>
/// <param name="Order">The order in which ids win ties.</param>
/// <param name="Pack">Stores ids that are in order; the list becomes richer by the memory.</param>
/// <param name="Unpack">From the blocks of <see cref="IdStore{TId}.Blocks"/>.</param>
internal sealed record IdKind<TId>(
    IComparer<TId> Order, Func<TId[], List<IDisposable>, IdStore<TId>> Pack, Func<IReadOnlyList<MemoryBlock>, IdStore<TId>> Unpack)
    where TId : notnull;

/// <summary>The kinds of ids there are.</summary>
internal static unsafe class IdKind
{
    public static readonly IdKind<long> Int64 = new(Comparer<long>.Default, Pack, blocks => new Int64Ids(blocks[0]));

    public static readonly IdKind<string> String = new(CodePointOrder.Instance, Pack, blocks => new StringIds(blocks[0], blocks[1]));

    private static Int64Ids Pack(long[] ids, List<IDisposable> owners)
    {
        var memory = AlignedMemory.For<long>(ids.Length);
        owners.Add(memory);
        ids.CopyTo(new Span<long>(memory.Pointer, ids.Length));
        return new Int64Ids(memory);
    }

    private static StringIds Pack(string[] ids, List<IDisposable> owners)
    {
        var starts = AlignedMemory.For<long>(ids.Length + 1L);
        owners.Add(starts);
        var ends = (long*)starts.Pointer;
        for (var i = 0; i < ids.Length; i++)
            ends[i + 1] = ends[i] + Encoding.UTF8.GetByteCount(ids[i]);
        var text = AlignedMemory.For<byte>(ends[ids.Length]);
        owners.Add(text);
        for (var i = 0; i < ids.Length; i++)
            Encoding.UTF8.GetBytes(ids[i], new Span<byte>(text.Pointer + ends[i], (int)(ends[i + 1] - ends[i])));
        return new StringIds(starts, text);
    }
}
