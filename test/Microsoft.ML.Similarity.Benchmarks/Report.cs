using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>Writes progress to one writer and results, a JSON object a line, to another.</summary>
internal sealed class Report(string benchmark, TextWriter results, TextWriter progress)
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Progress(string line) => progress.WriteLine(line);

    /// <param name="metric">What was measured.</param>
    /// <param name="value">Its value.</param>
    /// <param name="seconds">How long it took to come to; null where that says nothing.</param>
    /// <param name="settings">What explains the value.</param>
    /// <param name="peer">What it is compared with, if anything.</param>
    /// <param name="peerValue">The same measure of the peer.</param>
    /// <returns>The line written.</returns>
    public JsonObject Result(string metric, double value, double? seconds, JsonObject settings, string? peer = null, double? peerValue = null)
    {
        var line = new JsonObject
        {
            ["benchmark"] = benchmark,
            ["metric"] = metric,
            ["value"] = value,
            ["peer"] = peer,
            ["peerValue"] = peerValue,
            ["seconds"] = seconds is { } known ? Math.Round(known, 3) : null,
        };
        foreach (var (key, setting) in settings)
            line.Add(key, setting?.DeepClone());
        Write(line);
        return line;
    }

    /// <summary>Writes a result as it is.</summary>
    public void Write(JsonObject line)
    {
        results.WriteLine(line.ToJsonString(Json));
        results.Flush();
    }
}
