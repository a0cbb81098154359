using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>An engine over immutable rows. Any number of threads may search it at the same time.</summary>
internal abstract unsafe class RowSearcher : IDisposable
{
    /// <summary>Finds the nearest rows of each query.</summary>
    /// <param name="queries">Prepared as the rows are.</param>
    /// <param name="k">How many rows, at least 1.</param>
    /// <param name="mask">The rows that may be returned.</param>
    /// <param name="keys">Becomes, for each query, the k places of its <see cref="DistanceKey"/>s, in order.</param>
    /// <param name="counts">Becomes, for each query, how many there are.</param>
    /// <param name="threads">The most threads to use.</param>
    public abstract void Search(FloatRows queries, int k, RowMask mask, ulong* keys, int* counts, int threads);

    public abstract void Dispose();
}
