namespace Microsoft.ML.Similarity.Training;

/// <summary>What a Fit reports while it reads its data: about once a second, and when all of a table has been read.</summary>
public sealed record ReadingProgress
{
    /// <summary>What is being read: <c>training data</c>, <c>validation data</c> or <c>items</c>.</summary>
    public required string Table { get; init; }

    /// <summary>The rows read so far.</summary>
    public required long RowsRead { get; init; }

    /// <summary>All rows of the table, where the view knows how many it has before it is read; null elsewhere.</summary>
    public required long? TotalRows { get; init; }

    /// <summary>The rows read in a second, mean since the reading of this table began.</summary>
    public required double RowsPerSecond { get; init; }

    /// <summary>The time since the reading of this table began.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Whether this was the last row.</summary>
    public required bool IsComplete { get; init; }
}
