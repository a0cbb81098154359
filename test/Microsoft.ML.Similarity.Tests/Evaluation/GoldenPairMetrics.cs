using System.Text.Json;
using Microsoft.ML.Similarity.Tests.Losses;

namespace Microsoft.ML.Similarity.Tests.Evaluation;

/// <summary>Values of scikit-learn and SciPy for given scores, labels and clusterings.</summary>
internal static class GoldenPairMetrics
{
    private static readonly JsonElement Root = GoldenFile.Root.GetProperty("pairMetrics");

    public static double Number(string name) => Root.GetProperty(name).GetDouble();

    public static double[] Numbers(string name) => [.. Root.GetProperty(name).EnumerateArray().Select(x => x.GetDouble())];

    public static float[] Singles(string name) => [.. Numbers(name).Select(x => (float)x)];

    public static int[] Classes(string name) => [.. Numbers(name).Select(x => (int)x)];
}
