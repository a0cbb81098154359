using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Training.Storage;

namespace Microsoft.ML.Similarity.Training;

/// <summary>
/// Collects rows, equal ones once: of pairs with common rows each is kept and embedded once, and a sampler can tell which
/// pairs share one.
/// </summary>
internal sealed class DistinctRows(int dimension, DataSpace space) : IDisposable
{
    // Half of a SHA-256 hash: no two different rows will ever have the same one.
    private readonly Dictionary<UInt128, int> _numbers = [];
    private float[] _dense = [];

    public FeatureCollector Collector { get; } = new(dimension, space);

    /// <summary>The number of the row among the different ones.</summary>
    public int Add(in VBuffer<float> row)
    {
        var values = row.GetValues();
        if (!row.IsDense)
        {
            // A sparse row and a dense one may be equal.
            if (_dense.Length == 0)
                _dense = new float[dimension];
            row.CopyTo(_dense);
            values = _dense;
        }
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(values), hash);
        var key = MemoryMarshal.Read<UInt128>(hash);
        if (!_numbers.TryGetValue(key, out var number))
        {
            _numbers.Add(key, number = Collector.Count);
            Collector.Add(row);
        }
        return number;
    }

    public void Dispose() => Collector.Dispose();
}
