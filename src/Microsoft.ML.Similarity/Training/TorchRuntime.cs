using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Loads libtorch, or says why it cannot be loaded and what to do about it.</summary>
internal static class TorchRuntime
{
    private static readonly Lazy<Exception?> Failure = new(Load);

    public static bool IsAvailable => Failure.Value is null;

    /// <param name="task">What needs it, for the message.</param>
    /// <exception cref="InvalidOperationException">libtorch, or TorchSharp's own native library, cannot be loaded.</exception>
    public static void Require(string task)
    {
        if (Failure.Value is not { } failure)
            return;
        throw new InvalidOperationException(
            $"{task} needs libtorch, which could not be loaded. Reference one of the packages TorchSharp-cpu, TorchSharp-cuda-windows or "
            + "TorchSharp-cuda-linux, of the version that TorchSharp itself has, in the application. "
            + $"What was said: {string.Join(" | ", Reasons(failure))}", failure);
    }

    // TorchSharp's own message goes on with a page of what it tried, and does not tell what the system's loader said.
    private static IEnumerable<string> Reasons(Exception failure)
    {
        var reasons = new List<string> { failure.GetBaseException().Message.Trim().Split('\n')[0].Trim() };
        try
        {
            NativeLibrary.Free(NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, null));
        }
        catch (DllNotFoundException e)
        {
            // After a general line, one for each file tried; most of those were only guesses.
            reasons.AddRange(e.Message.Split('\n').Skip(1).Select(line => line.Trim())
                .Where(line => line.Length > 0 && !(line.Contains("LibTorchSharp") && line.Contains("cannot open shared object file"))));
        }
        return reasons.Distinct();
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
