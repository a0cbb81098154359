using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>
/// The most memory that this process took since it was last asked, in MiB. On a GPU libtorch keeps what it has taken, so what it
/// holds is the most it needed, until a CUDA graph is captured: it gives back then what it does not use. On the CPU the kernel counts the peak.
/// </summary>
internal static class PeakMemory
{
    public static double Read(CommandLine command) => command.GpuDeviceId is null ? Resident() : OnGpu();

    private static double Resident()
    {
        if (!OperatingSystem.IsLinux())
            return Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0;
        var peak = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        File.WriteAllText("/proc/self/clear_refs", "5");     // the next peak is counted from now
        return double.Parse(peak.AsSpan(6, peak.Length - 8).Trim(), CultureInfo.InvariantCulture) / 1024;
    }

    private static double OnGpu()
    {
        using var process = Process.Start(new ProcessStartInfo("nvidia-smi", ["--query-compute-apps=used_memory", "--format=csv,noheader,nounits"]) { RedirectStandardOutput = true })!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Sum(line => double.Parse(line, CultureInfo.InvariantCulture));
    }
}
