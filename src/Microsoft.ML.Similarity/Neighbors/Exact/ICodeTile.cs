namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Compares codes of queries with those of blocks of 16 rows, in vectors of one width; every width gives the same.</summary>
/// <remarks>
/// A block holds, four coordinates after four, the four codes of each of its rows. A row passes where its product with the query plus
/// its bias is above the query's threshold.
/// </remarks>
internal unsafe interface ICodeTile
{
    /// <summary>How many queries one call compares.</summary>
    static abstract int Queries { get; }

    /// <typeparam name="TSums">Sums that the codes of the queries allow.</typeparam>
    /// <param name="block">The codes of 16 rows.</param>
    /// <param name="queries">Four coordinates after four, the four codes of each query.</param>
    /// <param name="steps">The coordinates, over 4.</param>
    /// <param name="bias">Of each row.</param>
    /// <param name="thresholds">Of each query.</param>
    /// <param name="passed">Of each query, the rows that pass, a bit a row. Only set where any passes.</param>
    /// <returns>Whether any row passes for any query.</returns>
    static abstract bool Compare<TSums>(byte* block, sbyte* queries, int steps, int* bias, int* thresholds, uint* passed)
        where TSums : struct, IStepSums;

    /// <summary>Compares two blocks with one query.</summary>
    /// <returns>The rows that pass, a bit a row.</returns>
    static abstract uint CompareTwo(byte* blocks, sbyte* query, int steps, int* bias, int threshold);
}
