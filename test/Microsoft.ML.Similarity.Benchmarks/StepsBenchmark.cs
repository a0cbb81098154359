using System.Text.Json.Nodes;
using Microsoft.ML.Similarity.Benchmarks.Steps;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>The time and memory of a training step on fixed work loads, in the form in which peers' scripts print them, and beside what they printed.</summary>
/// <remarks>
/// Each work load has a process of its own where several are measured, because libtorch keeps the memory it has taken. On a GPU memory is what the process
/// took while it worked, libraries' own included; the scripts count their tensors only. A step takes about as long as the slower of two things done at the same
/// time: <c>hostMilliseconds</c>, in which the host asks for its kernels, and <c>kernelMilliseconds</c>, in which the GPU does them.
/// </remarks>
internal sealed class StepsBenchmark : IBenchmark
{
    // As the scripts have it.
    private const int StepsOnGpu = 100;
    private const int StepsOnCpu = 5;

    // Of an epoch, for what comes once in each not to outweigh them.
    private const int StepsEndToEndOnCpu = 20;

    private static readonly string[] OnCpu = ["mlp", "conv4"];
    private static readonly string[] ForEndToEnd = ["mlp", "conv4"];

    public string Name => "steps";

    public string Usage => "[WORKLOAD…] [--steps N] [--threads N] [--precision NAME] [--graphs] [--peer FILE…: prints ratios] [--end-to-end: trains from a view]";

    public int? ArgumentCount => null;

    public IReadOnlyDictionary<string, bool> Options { get; } = new Dictionary<string, bool>
    {
        ["--steps"] = true,
        ["--threads"] = true,
        ["--precision"] = true,
        ["--graphs"] = false,
        ["--peer"] = true,
        ["--end-to-end"] = false,
    };

    public IReadOnlyList<string> RepeatedOptions => ["--peer"];

    public void Run(CommandLine command, Report report)
    {
        var loads = Choose(command);
        var peers = PeerLine.Read(command, command.Texts("--peer"));
        var onGpu = command.GpuDeviceId is not null;
        var steps = command.Number("--steps", least: 1) ?? (onGpu ? StepsOnGpu : command.Has("--end-to-end") ? StepsEndToEndOnCpu : StepsOnCpu);
        if (command.Has("--end-to-end"))
        {
            Prepare(command);
            foreach (var load in loads)
            {
                report.Progress(load.Name);
                EndToEnd.Measure((TrainingLoad)load, command, report, steps);
            }
            return;
        }
        var lines = loads.Select(load => (load, loads.Count == 1 ? Measure(load, command, report, steps) : MeasureApart(load, command, report))).ToList();
        if (peers.Count > 0)
        {
            new PeerTable(peers, DeviceName(command), report).Write(lines
                .Where(measured => measured.Item2 is not null)
                .Select(measured => (measured.load, (double)measured.Item2!["msPerStep"]!, onGpu ? (double?)measured.Item2["peakMemoryMiB"] : null)));
        }
    }

    private static List<WorkLoad> Choose(CommandLine command)
    {
        var endToEnd = command.Has("--end-to-end");
        IReadOnlyList<string> names = command.Arguments.Count > 0 ? command.Arguments
            : endToEnd ? ForEndToEnd
            : command.GpuDeviceId is null ? OnCpu
            : [.. WorkLoads.All.Select(load => load.Name)];
        return [.. names.Select(name => WorkLoads.All.FirstOrDefault(load => load.Name == name && (load is TrainingLoad || !endToEnd))
            ?? throw new UsageException($"There is no work load '{name}'{(endToEnd ? " that trains" : "")}; there are {string.Join(", ", WorkLoads.All.Select(load => load.Name))}."))];
    }

    // Only in the process that measures: it takes memory of a GPU.
    private static void Prepare(CommandLine command)
    {
        InitializeDeviceType(command.TorchDevice.type);
        if (command.Number("--threads", least: 1) is { } threads)
            set_num_threads(threads);
    }

    // As the scripts say it.
    private static string DeviceName(CommandLine command) => command.GpuDeviceId is null ? Reach.Cpu : Reach.Gpu;

    private static JsonObject Measure(WorkLoad load, CommandLine command, Report report, int steps)
    {
        report.Progress(load.Name);
        Prepare(command);
        var device = command.TorchDevice;
        // What a GPU's libraries take before there is any work is not the work load's.
        using (zeros(1, device: device))
        {
        }
        var before = PeakMemory.Read(command);
        using var step = load.CreateStep(command);
        // Once before steps are captured as a graph, and once after.
        for (var i = 0; i < StepClock.WarmUp / 2; i++)
            step.Run();
        var memory = PeakMemory.Read(command);
        var milliseconds = StepClock.Mean(step, device, steps);
        memory = Math.Max(0, Math.Max(memory, PeakMemory.Read(command)) - before);
        double? host = device.type == DeviceType.CUDA ? StepClock.Host(step, device) : null;
        double? kernels = host is { } known ? StepClock.Kernels(step, device, known) : null;
        return report.Result("ms a step", milliseconds, milliseconds * steps / 1000, new JsonObject
        {
            ["workload"] = load.Name,
            ["device"] = DeviceName(command),
            ["msPerStep"] = Math.Round(milliseconds, 3),
            ["hostMilliseconds"] = Rounded(host),
            ["kernelMilliseconds"] = Rounded(kernels),
            ["peakMemoryMiB"] = Math.Round(memory),
            ["torch"] = __version__,
            ["threads"] = get_num_threads(),
            ["precision"] = (load as TrainingLoad)?.CreateOptions(command).Precision.ToString(),
            ["graphs"] = command.Has("--graphs"),
            ["note"] = step.Note,
        });

        static double? Rounded(double? value) => value is { } known ? Math.Round(known, 3) : null;
    }

    // Null where it failed.
    private JsonObject? MeasureApart(WorkLoad load, CommandLine command, Report report)
    {
        report.Progress(load.Name);
        try
        {
            var line = JsonNode.Parse(OwnProcess.Complete([Name, load.Name, .. command.OptionsExcept("--peer")]))!.AsObject();
            report.Write(line);
            return line;
        }
        catch (InvalidOperationException e)
        {
            report.Progress(e.Message);
            report.Write(new JsonObject { ["benchmark"] = Name, ["workload"] = load.Name, ["device"] = DeviceName(command), ["error"] = e.Message });
            return null;
        }
    }
}
