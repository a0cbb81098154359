namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Padded rows, in memory or made on the way.</summary>
internal unsafe interface IRowSource
{
    int Count { get; }

    int Dimension { get; }

    /// <param name="row">Which.</param>
    /// <param name="buffer">Room for a padded row, which a source without rows in memory fills.</param>
    /// <returns>Where the row is.</returns>
    float* Read(int row, float* buffer);
}
