using System.Globalization;
using Microsoft.ML.Similarity.Neighbors.Graph;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Searches go along a graph (HNSW) and find nearly all of the nearest rows.</summary>
/// <remarks>
/// <para>
/// How thorough searches are is measured when the index is built: rows that the graph does not have yet are searched for, with ever more effort, until
/// the share of their true neighbours that is found, less twice its standard error, is <see cref="TargetRecall"/>. Where that takes as many
/// comparisons as there are rows, and where a filter allows few rows, all are compared.
/// </para>
/// <para>
/// A search costs about O(log(rows) · dimension), a build as many times that as there are rows. Memory per distinct row: 8 · <see cref="Degree"/> bytes for links and 5,
/// about 4 · Degree / (Degree - 1) for those of the layers above, and the codes. The graph is the same for any number of threads. Malkov and Yashunin, "Efficient and robust
/// approximate nearest neighbor search using hierarchical navigable small world graphs" (2018).
/// </para>
/// </remarks>
public sealed record ApproximateMode : SearchMode
{
    /// <summary>The share of the true neighbours to find, above 0 and below 1. The default is 0.99.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double TargetRecall { get; init => field = CheckedRecall(value); } = DefaultTargetRecall;

    /// <summary>What is compared on the way. The default is <see cref="GraphCodes.PrincipalBytes"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no such codes.</exception>
    public GraphCodes Codes
    {
        get;
        init => field = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Codes), $"Codes is {value}; it must be one of {string.Join(", ", Enum.GetNames<GraphCodes>())}.");
    }

    /// <summary>How many links a row has on each layer of the graph; twice as many on the lowest. From 4 to 128; the default is 16.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int Degree { get; init => field = Checked(nameof(Degree), value, 4, 128); } = 16;

    /// <summary>Among how many near rows the links of a row are chosen. From 8 to 10,000; the default is 200.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int BuildWidth { get; init => field = Checked(nameof(BuildWidth), value, 8, 10_000); } = 200;

    internal GraphBuildOptions BuildOptions => new() { TargetRecall = TargetRecall, Codes = Codes, Degree = Degree, BuildWidth = BuildWidth };

    private static int Checked(string name, int value, int least, int most) => value >= least && value <= most
        ? value
        : throw new ArgumentOutOfRangeException(name, string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it must be from {least} to {most}."));
}
