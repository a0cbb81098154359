namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>The size and number of few-shot episodes.</summary>
internal sealed record FewShotEpisodes
{
    /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
    public FewShotEpisodes(int ways, int shots, int queries, int episodes)
    {
        Ways = AtLeast(ways, 2, nameof(ways), "number of ways");
        Shots = AtLeast(shots, 1, nameof(shots), "number of shots");
        Queries = AtLeast(queries, 1, nameof(queries), "number of queries");
        Episodes = AtLeast(episodes, 2, nameof(episodes), "number of episodes");
    }

    /// <summary>Classes in an episode.</summary>
    public int Ways { get; }

    /// <summary>Rows of each class that are known.</summary>
    public int Shots { get; }

    /// <summary>Rows of each class that are to be classified.</summary>
    public int Queries { get; }

    public int Episodes { get; }

    public long RowsOfClass => (long)Shots + Queries;

    private static int AtLeast(int value, int least, string parameter, string name) =>
        value >= least ? value : throw new ArgumentOutOfRangeException(parameter, $"The {name} is {value}; it must be at least {least}.");
}
