using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Similarity.Benchmarks.Knn;

/// <summary>A peer: a program that reads a command a line and answers each by a line of NAME=NUMBER.</summary>
internal sealed partial class PeerProcess : IDisposable
{
    private readonly string _name;
    private readonly Process _process;

    /// <param name="name">Of the peer.</param>
    /// <param name="executable">The program.</param>
    /// <param name="set">What it loads.</param>
    public PeerProcess(string name, string executable, KnnSet set)
    {
        _name = name;
        // Recall is counted by distance, as here.
        var start = new ProcessStartInfo(executable) { RedirectStandardInput = true, RedirectStandardOutput = true, Environment = { ["KNN_DATA"] = set.Folder, ["DREC"] = "1" } };
        _process = Process.Start(start)!;
        Ask($"data {set.Name} l2");
    }

    /// <summary>The seconds of the peer's own clock, and the recall of what it found, if it searched.</summary>
    /// <exception cref="InvalidOperationException">It does not know the command, or has ended.</exception>
    public (double Seconds, double Recall) Measure(string command)
    {
        var answer = Ask(command);
        return (Number("t") ?? throw new InvalidOperationException($"The peer {_name} answered '{command}' by '{answer}'."), Number("recall") ?? double.NaN);

        double? Number(string name) =>
            Numbers().Matches(answer).FirstOrDefault(match => match.Groups[1].Value == name) is { } match
                ? double.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture)
                : null;
    }

    public string Ask(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        return _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"The peer {_name} ended at '{command}'.");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    [GeneratedRegex(@"(\w+)=(\S+)")]
    private static partial Regex Numbers();
}
