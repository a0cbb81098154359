using TorchSharp;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Loads libtorch, or says why it cannot be loaded and what to do about it.</summary>
internal static class TorchRuntime
{
    private static readonly Lazy<Exception?> Failure = new(Load);

    public static bool IsAvailable => Failure.Value is null;

    /// <exception cref="InvalidOperationException">libtorch, or TorchSharp's own native library, cannot be loaded.</exception>
    public static void Require()
    {
        if (Failure.Value is not { } failure)
            return;
        var reasons = new List<string>();
        for (var e = failure; e is not null; e = e.InnerException)
            reasons.Add(e.Message.Trim());
        throw new InvalidOperationException(
            "Training needs libtorch, which could not be loaded. Reference one of the packages TorchSharp-cpu, TorchSharp-cuda-windows or "
            + "TorchSharp-cuda-linux, of the version that TorchSharp itself has, in the application. "
            + $"What was said: {string.Join(" | ", reasons.Distinct())}", failure);
    }

    private static Exception? Load()
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
            using var probe = torch.zeros(1);
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return e;
        }
    }
}
