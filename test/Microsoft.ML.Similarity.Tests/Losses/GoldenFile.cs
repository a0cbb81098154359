using System.Text.Json;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>
/// Values of pytorch-metric-learning in float64; of the same form, any other file that SIMILARITY_GOLDEN names.
/// </summary>
internal static class GoldenFile
{
    public static JsonElement Root { get; } = JsonDocument.Parse(File.ReadAllBytes(
        Environment.GetEnvironmentVariable("SIMILARITY_GOLDEN")
        ?? Path.Combine(AppContext.BaseDirectory, "Fixtures", "golden.json"))).RootElement;

    public static IEnumerable<JsonElement> Entries(string list) => Root.GetProperty(list).EnumerateArray();

    /// <summary>What an entry is called in the list of tests.</summary>
    public static string NameOf(JsonElement entry, string kind) =>
        $"{entry.GetProperty(kind).GetString()} {entry.GetProperty("params").GetRawText().ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal)}";

    public static Tensor Embeddings(ScalarType type) => Matrix(Root.GetProperty("embeddings"), type);

    public static Tensor Labels() => tensor(Root.GetProperty("labels").EnumerateArray().Select(x => x.GetInt64()).ToArray());

    public static Tensor Matrix(JsonElement rows, ScalarType type)
    {
        double[][] values = [.. rows.EnumerateArray().Select(row => row.EnumerateArray().Select(x => x.GetDouble()).ToArray())];
        return tensor([.. values.SelectMany(row => row)], [values.Length, values[0].Length]).to(type);
    }

    public static double Number(this JsonElement parameters, string name, double otherwise) =>
        parameters.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;

    public static bool Flag(this JsonElement parameters, string name) =>
        parameters.TryGetProperty(name, out var value) && value.GetBoolean();
}
