using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Training.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Collects the rows of a <see cref="FeatureStore"/>: dense or sparse, as the first row suggests.</summary>
internal sealed class FeatureCollector(int dimension, DataSpace space) : IDisposable
{
    // A sparse row costs 8 bytes a stored value, a dense one 4 a slot.
    private const double WorthSparse = 0.25;

    private readonly List<long> _sparse = [];
    private RowBytes? _rows;
    private bool _isSparse;

    public int Count { get; private set; }

    /// <exception cref="IOException">The rows outgrew their memory, and no file can be written.</exception>
    public void Add(in VBuffer<float> row)
    {
        if (_rows is null)
        {
            _isSparse = !row.IsDense && row.GetValues().Length < WorthSparse * dimension;
            _rows = new RowBytes(space, _isSparse ? SparseFeatureStore.SizeOf(dimension) : checked(dimension * sizeof(float)));
        }
        if (_isSparse)
            AddSparse(row);
        else
            AddDense(row);
        Count++;
    }

    /// <summary>Ends the collecting; the store owns the rows.</summary>
    /// <param name="run">Says where batches are wanted.</param>
    /// <exception cref="IOException">The rows outgrew their memory, and no file can be written.</exception>
    public FeatureStore ToStore(TrainingRun run)
    {
        _rows ??= new RowBytes(space, 0);
        var store = Store(_rows, run);
        _rows = null;
        return store;
    }

    public void Dispose() => _rows?.Dispose();

    private FeatureStore Store(RowBytes rows, TrainingRun run)
    {
        if (!_isSparse)
            return DenseFeatureStore.Create(rows, Count, dimension, ScalarType.Float32, run);
        run.Freeze(rows, Count);
        return new SparseFeatureStore(rows, [.. _sparse], dimension, run.Device);
    }

    private void AddDense(in VBuffer<float> row)
    {
        _rows!.Append(dimension * sizeof(float), out var bytes);
        row.CopyTo(MemoryMarshal.Cast<byte, float>(bytes));
    }

    private void AddSparse(in VBuffer<float> row)
    {
        var values = row.GetValues();
        var count = row.IsDense ? values.Length - System.MemoryExtensions.Count(values, 0f) : values.Length;
        _sparse.Add(_rows!.Append(SparseFeatureStore.SizeOf(count), out var bytes));
        SparseFeatureStore.Write(row, count, bytes);
    }
}
