using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Similarity.Tests;

/// <summary>Runs the program of the benchmarks, with one thread.</summary>
internal static class BenchmarkProcess
{
    /// <summary>Runs a benchmark to its end.</summary>
    /// <returns>The lines of its results, and what it wrote beside them.</returns>
    public static (JsonNode[] Results, string Log) Run(params IEnumerable<string> arguments) => Run(new ProcessStartInfo("dotnet", [Repository.Benchmarks, .. arguments]));

    /// <summary>The same, in a process that is started in another way.</summary>
    public static (JsonNode[] Results, string Log) Run(ProcessStartInfo start)
    {
        var (exitCode, results, log) = Start(start);
        Assert.That(exitCode, Is.Zero, log);
        return ([.. results.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)], log);
    }

    /// <summary>What it says of a command line that cannot be.</summary>
    public static string Refuse(params IEnumerable<string> arguments)
    {
        var (exitCode, _, log) = Start(new ProcessStartInfo("dotnet", [Repository.Benchmarks, .. arguments]));
        Assert.That(exitCode, Is.EqualTo(2), log);
        return log;
    }

    private static (int ExitCode, string Results, string Log) Start(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var log = process.StandardError.ReadToEndAsync();
        var results = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, results, log.Result);
    }
}
