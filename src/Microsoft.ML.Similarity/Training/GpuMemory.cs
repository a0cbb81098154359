using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>The memory of a GPU. TorchSharp tells nothing of it, so it is tried for.</summary>
internal static class GpuMemory
{
    private const long MoreThanAnyHas = 1L << 50;

    /// <summary>A tensor whose values are not set; null where there is no memory for it and for a reserve.</summary>
    /// <param name="rows">The tensor's first dimension.</param>
    /// <param name="columns">Its second.</param>
    /// <param name="type">Its type.</param>
    /// <param name="device">The GPU.</param>
    /// <param name="reserve">The bytes that must stay free.</param>
    public static Tensor? TryTake(long rows, long columns, ScalarType type, Device device, long reserve)
    {
        using var scope = NewDisposeScope();
        var taken = TryTake(rows, columns, type, device);
        if (taken is null)
            return null;
        var rest = TryTake(1, reserve, ScalarType.Byte, device);
        if (rest is null)
            return null;
        rest.Dispose();
        ReleaseUnused(device);
        return taken.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Lets the GPU have back what libtorch keeps for tensors to come. It keeps that for the stream that it was taken for, and in pieces that no longer go back
    /// once a part of them is in use.
    /// </summary>
    /// <remarks>libtorch does it when it can get no more, and has no function for it that can be called from here.</remarks>
    public static void ReleaseUnused(Device device)
    {
        using var none = TryTake(1, MoreThanAnyHas, ScalarType.Byte, device);
    }

    private static Tensor? TryTake(long rows, long columns, ScalarType type, Device device)
    {
        try
        {
            return empty(rows, columns, dtype: type, device: device);
        }
        catch (ExternalException e) when (e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
    }
}
