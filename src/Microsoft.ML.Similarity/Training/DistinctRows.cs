using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Microsoft.ML.Similarity.Training;

/// <summary>
/// Numbers rows, equal ones alike: of pairs with common rows each is kept and embedded once, and a sampler can tell which
/// pairs share one.
/// </summary>
/// <param name="intake">Keeps the different ones.</param>
internal sealed class DistinctRows(FeatureIntake intake)
{
    // Half of a SHA-256 hash: no two different rows will ever have the same one.
    private readonly Dictionary<UInt128, int> _numbers = [];

    /// <summary>The number, among the different rows, of the one that was read from a column.</summary>
    public int Add(FeatureSource source)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(source.Bytes, hash);
        var key = MemoryMarshal.Read<UInt128>(hash);
        if (!_numbers.TryGetValue(key, out var number))
        {
            _numbers.Add(key, number = intake.Count);
            source.Keep();
        }
        return number;
    }
}
