using System.Text.Json;

namespace Microsoft.ML.Similarity.Benchmarks.Steps;

/// <summary>What a peer script printed of a work load.</summary>
/// <param name="Workload">The peer's name of it.</param>
/// <param name="Device">Where: cuda or cpu.</param>
/// <param name="Mode">How train_step_tuned.py ran it; null of train_step_peer.py.</param>
/// <param name="MsPerStep">Milliseconds a step; null where it failed.</param>
/// <param name="PeakMemoryMiB">The most memory its tensors took on the GPU; null elsewhere.</param>
/// <param name="Torch">The version of PyTorch.</param>
/// <param name="Error">Why it failed, if it did.</param>
/// <param name="Benchmark">The name of a benchmark of this program; null of a peer script.</param>
internal sealed record PeerLine(
    string? Workload, string? Device, string? Mode, double? MsPerStep, double? PeakMemoryMiB, string? Torch, string? Error, string? Benchmark)
{
    public const string Pml = "pml";
    public const string Eager = "tuned eager";
    public const string Compiled = "tuned compiled";

    /// <summary>Which peer it is of.</summary>
    public string Column => Mode is null ? Pml : $"tuned {Mode}";

    /// <summary>The lines of peers in some files; those of this program, and what is no JSON, are passed over.</summary>
    /// <exception cref="UsageException">A file is not there, holds a line that cannot be read, or none of a peer.</exception>
    public static IReadOnlyList<PeerLine> Read(CommandLine command, IEnumerable<string> files) => [.. files.SelectMany(file =>
    {
        var path = command.FindFile(file);
        PeerLine[] lines = [.. File.ReadLines(path).Where(line => line.StartsWith('{')).Select(Parse).Where(line => line is { Workload: not null, Benchmark: null })];
        return lines.Length > 0 ? lines : throw new UsageException($"The file '{path}' has no line of a peer: an object of JSON with a 'workload'.");

        PeerLine Parse(string line)
        {
            try
            {
                return JsonSerializer.Deserialize<PeerLine>(line, JsonSerializerOptions.Web)!;
            }
            catch (JsonException e)
            {
                throw new UsageException($"The file '{path}' has a line that is no result of a peer: {e.Message}");
            }
        }
    })];
}
