using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Rows as their non-zero values and slots; only a batch at a time is made dense.</summary>
internal sealed class SparseFeatureStore(List<(int[] Slots, float[] Values)> rows, int dimension, Device device) : FeatureStore
{
    public override int Count => rows.Count;

    public override int Dimension => dimension;

    public override Tensor Gather(ReadOnlySpan<int> selected)
    {
        using var scope = NewDisposeScope();
        var stored = 0;
        foreach (var row in selected)
            stored += rows[row].Slots.Length;
        var positions = new long[stored];
        var values = new float[stored];
        var at = 0;
        for (var i = 0; i < selected.Length; i++)
        {
            var (slots, numbers) = rows[selected[i]];
            numbers.CopyTo(values, at);
            foreach (var slot in slots)
                positions[at++] = (long)i * dimension + slot;
        }
        var batch = zeros((long)selected.Length * dimension, device: device);
        batch.index_copy_(0, tensor(positions).to(device), tensor(values).to(device));
        return batch.view(selected.Length, dimension).MoveToOuterDisposeScope();
    }

    public override void Dispose()
    {
    }
}
