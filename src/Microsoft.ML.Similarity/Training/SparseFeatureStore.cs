using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Training.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Rows as their non-zero values and slots, in memory or in a file; only a batch at a time is made dense.</summary>
/// <param name="rows">Frozen. Each row is the number of its values, then their slots, then the values. Owned.</param>
/// <param name="offsets">Where each row is.</param>
/// <param name="dimension">The number of features.</param>
/// <param name="device">Where batches are wanted.</param>
internal sealed class SparseFeatureStore(RowBytes rows, long[] offsets, int dimension, Device device) : FeatureStore
{
    public override int Count => offsets.Length;

    public override int Dimension => dimension;

    public override bool IsPrepared => !rows.IsMapped && device.type == TorchSharp.DeviceType.CPU;

    /// <summary>The bytes of a row with so many values.</summary>
    public static int SizeOf(int values) => checked(sizeof(int) + values * (sizeof(int) + sizeof(float)));

    /// <summary>Writes a row.</summary>
    /// <param name="row">Dense or sparse.</param>
    /// <param name="count">The number of its values, without the zeros where it is dense.</param>
    /// <param name="bytes">As many as <see cref="SizeOf"/> says.</param>
    public static void Write(in VBuffer<float> row, int count, Span<byte> bytes)
    {
        MemoryMarshal.Write(bytes, count);
        var slots = MemoryMarshal.Cast<byte, int>(bytes.Slice(sizeof(int), count * sizeof(int)));
        var values = MemoryMarshal.Cast<byte, float>(bytes[(sizeof(int) + count * sizeof(int))..]);
        var given = row.GetValues();
        if (!row.IsDense)
        {
            row.GetIndices().CopyTo(slots);
            given.CopyTo(values);
            return;
        }
        var at = 0;
        for (var slot = 0; slot < given.Length; slot++)
        {
            if (given[slot] == 0)
                continue;
            slots[at] = slot;
            values[at++] = given[slot];
        }
    }

    public override Tensor[] Fetch(ReadOnlySpan<int> selected)
    {
        var stored = 0L;
        foreach (var row in selected)
            stored += CountAt(row);
        var positions = new long[stored];
        var values = new float[stored];
        var at = 0;
        for (var i = 0; i < selected.Length; i++)
        {
            var count = CountAt(selected[i]);
            var row = rows.Read(offsets[selected[i]], SizeOf(count))[sizeof(int)..];
            MemoryMarshal.Cast<byte, float>(row[(count * sizeof(int))..]).CopyTo(values.AsSpan(at));
            foreach (var slot in MemoryMarshal.Cast<byte, int>(row[..(count * sizeof(int))]))
                positions[at++] = (long)i * dimension + slot;
        }
        // The number of rows travels as the shape of a tensor without values.
        return [tensor(positions), tensor(values), empty(selected.Length, 0)];
    }

    public override Tensor Upload(Tensor[] fetched)
    {
        using var scope = NewDisposeScope();
        var count = fetched[^1].shape[0];
        var batch = zeros(count * dimension, device: device);
        batch.index_copy_(0, fetched[0].to(device, non_blocking: true), fetched[1].to(device, non_blocking: true));
        return batch.view(count, dimension).MoveToOuterDisposeScope();
    }

    public override void Dispose() => rows.Dispose();

    private int CountAt(int row) => MemoryMarshal.Read<int>(rows.Read(offsets[row], sizeof(int)));
}
