using System.Text;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>The payload values of rows, in their order.</summary>
/// <param name="Name">The column's.</param>
/// <param name="Kind">The type of the values.</param>
/// <param name="Blocks">The values; of text, where each starts and the last ends, and the UTF-8 of all.</param>
internal sealed unsafe record StoredColumn(string Name, PayloadKind Kind, IReadOnlyList<MemoryBlock> Blocks)
{
    public long Bytes => Blocks.Sum(block => block.Length);

    /// <param name="column">The values.</param>
    /// <param name="order">Which value each row has.</param>
    /// <param name="owners">Becomes richer by the memory.</param>
    public static StoredColumn Pack(PayloadColumn column, int[] order, List<IDisposable> owners) => column.Values switch
    {
        long[] values => Pack(column, values, order, owners),
        float[] values => Pack(column, values, order, owners),
        double[] values => Pack(column, values, order, owners),
        var values => Pack(column, (string[])values, order, owners),
    };

    /// <summary>The value of a row.</summary>
    /// <typeparam name="T">The type that belongs to the kind.</typeparam>
    public T Value<T>(int row)
    {
        if (typeof(T) == typeof(string))
            return (T)(object)Text(row);
        var start = Blocks[0].Pointer + ((long)row * System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
        return System.Runtime.CompilerServices.Unsafe.ReadUnaligned<T>(start);
    }

    private string Text(int row)
    {
        var starts = Blocks[0].As<long>();
        return Encoding.UTF8.GetString(Blocks[1].Pointer + starts[row], (int)(starts[row + 1] - starts[row]));
    }

    private static StoredColumn Pack<T>(PayloadColumn column, T[] values, int[] order, List<IDisposable> owners)
        where T : unmanaged
    {
        var memory = AlignedMemory.For<T>(order.Length);
        owners.Add(memory);
        for (var row = 0; row < order.Length; row++)
            ((T*)memory.Pointer)[row] = values[order[row]];
        return new StoredColumn(column.Name, column.Kind, [memory]);
    }

    private static StoredColumn Pack(PayloadColumn column, string[] values, int[] order, List<IDisposable> owners)
    {
        var starts = AlignedMemory.For<long>(order.Length + 1L);
        owners.Add(starts);
        var ends = (long*)starts.Pointer;
        for (var row = 0; row < order.Length; row++)
            ends[row + 1] = ends[row] + Encoding.UTF8.GetByteCount(values[order[row]]);
        var text = AlignedMemory.For<byte>(ends[order.Length]);
        owners.Add(text);
        for (var row = 0; row < order.Length; row++)
            Encoding.UTF8.GetBytes(values[order[row]], new Span<byte>(text.Pointer + ends[row], (int)(ends[row + 1] - ends[row])));
        return new StoredColumn(column.Name, column.Kind, [starts, text]);
    }
}
