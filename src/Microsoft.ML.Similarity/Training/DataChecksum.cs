using System.Runtime.InteropServices;
using System.Security.Cryptography;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>A number by which to tell data from other data: of all labels, and of the features of some rows.</summary>
internal static class DataChecksum
{
    private const int Rows = 256;

    /// <param name="features">The features.</param>
    /// <param name="lists">Whatever else decides what is learned.</param>
    public static string Of(FeatureStore features, params ReadOnlySpan<int[]> lists)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var list in lists)
            hash.AppendData(MemoryMarshal.AsBytes<int>(list));
        using var scope = NewDisposeScope();
        var step = Math.Max(1, features.Count / Rows);
        int[] rows = [.. Enumerable.Range(0, Math.Min(Rows, features.Count)).Select(i => i * step)];
        using var values = features.Gather(rows).cpu().contiguous().data<float>();
        hash.AppendData(MemoryMarshal.AsBytes<float>(values.ToArray()));
        return Convert.ToHexString(hash.GetHashAndReset().AsSpan(0, 8));
    }
}
