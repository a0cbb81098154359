using System.Diagnostics;
using TorchSharp;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Benchmarks.Steps;

/// <summary>Times steps, and on a GPU tells the host's time from that of the kernels.</summary>
internal static class StepClock
{
    public const int WarmUp = 12;

    private const int Repetitions = 21;

    /// <summary>The mean of many steps, one after another.</summary>
    public static double Mean(IStep step, Device device, int steps)
    {
        for (var i = 0; i < Math.Min(WarmUp, steps); i++)
            step.Run();
        return Time(device, () =>
        {
            for (var i = 0; i < steps; i++)
                step.Run();
        }) / steps;
    }

    /// <summary>The median time that the host takes to ask a GPU for a step: the GPU has nothing to do at its beginning, and is not waited for.</summary>
    public static double Host(IStep step, Device device) => Median(() =>
    {
        Wait(device);
        var clock = Stopwatch.StartNew();
        step.Run();
        return clock.Elapsed.TotalMilliseconds;
    });

    /// <summary>
    /// The median time that a GPU takes for a step: other work keeps it busy until the host has asked for the whole step, so that it never waits for
    /// the host. Where the step itself waits for the GPU, the host's time is in it too.
    /// </summary>
    /// <param name="step">The step.</param>
    /// <param name="device">The GPU.</param>
    /// <param name="host">The host's time for it.</param>
    public static double Kernels(IStep step, Device device, double host)
    {
        // A pass over 512 MiB takes some tenths of a millisecond.
        using var ballast = zeros(1 << 27, device: device);
        var pass = Median(() => Time(device, () => KeepBusy(1)));
        var passes = (int)Math.Ceiling(2 * host / pass) + 1;
        var alone = Median(() => Time(device, () => KeepBusy(passes)));
        return Median(() => Time(device, () =>
        {
            KeepBusy(passes);
            step.Run();
        })) - alone;

        void KeepBusy(int passes)
        {
            using var scope = NewDisposeScope();
            for (var i = 0; i < passes; i++)
                ballast.add_(One);
        }
    }

    private static double Time(Device device, Action work)
    {
        Wait(device);
        var clock = Stopwatch.StartNew();
        work();
        Wait(device);
        return clock.Elapsed.TotalMilliseconds;
    }

    private static void Wait(Device device)
    {
        if (device.type == DeviceType.CUDA)
            cuda.synchronize(device);
    }

    private static double Median(Func<double> measure) => Enumerable.Range(0, Repetitions).Select(_ => measure()).Order().ElementAt(Repetitions / 2);
}
