namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>How thoroughly to search for a number of neighbours.</summary>
/// <param name="Neighbors">How many are looked for.</param>
/// <param name="Width">ef: how many near nodes are found on the way.</param>
/// <param name="Verified">Of how many of these the distance is computed from the rows themselves.</param>
/// <param name="Recall">The share of the true neighbours that searches for held-out rows found.</param>
/// <param name="Distances">The distances such a search computed on its way, on average.</param>
internal readonly record struct GraphEffort(int Neighbors, int Width, int Verified, double Recall, double Distances)
{
    /// <summary>The effort for a number of neighbours, from those of a few numbers: in proportion beyond them, by the next larger below.</summary>
    /// <param name="efforts">Ascending, at least one.</param>
    /// <param name="neighbors">At least 1.</param>
    public static GraphEffort For(ReadOnlySpan<GraphEffort> efforts, int neighbors)
    {
        foreach (var effort in efforts)
        {
            if (effort.Neighbors >= neighbors)
                return effort with { Neighbors = neighbors };
        }
        var last = efforts[^1];
        var times = (double)neighbors / last.Neighbors;
        return last with
        {
            Neighbors = neighbors,
            Width = (int)Math.Min(Math.Ceiling(last.Width * times), NodeKey.MaxNodes),
            Verified = (int)Math.Min(Math.Ceiling(last.Verified * times), NodeKey.MaxNodes),
            Distances = last.Distances * times,
        };
    }
}
