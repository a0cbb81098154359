using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The options of all that searches among reference rows.</summary>
public abstract class NeighborOptions
{
    /// <summary>A column that tells rows apart, or null (the default) to tell them apart by the ids of the view.</summary>
    public string? RowIdColumnName;

    /// <summary>How many neighbours to find, at least 1. Default 5.</summary>
    public int NumberOfNeighbors = 5;

    /// <summary>How distances are measured. Default <see cref="NeighborMetric.Euclidean"/>.</summary>
    public NeighborMetric Metric = NeighborMetric.Euclidean;

    /// <summary>
    /// How thoroughly to search: <see cref="SearchMode.Exact"/> (the default), <see cref="SearchMode.Approximate"/> with the recall to reach and
    /// the codes to compare, or <see cref="SearchMode.Automatic"/>. The random choices that make a graph follow the seed of the
    /// <see cref="MLContext"/>, 0 where it has none. <see cref="NeighborTransformer.Statistics"/> tells the recall measured.
    /// </summary>
    public SearchMode SearchMode = SearchMode.Exact;

    /// <summary>The most threads that Fit or a batch of queries uses, at least 1; null (the default) for one per processor.</summary>
    public int? NumberOfThreads;

    /// <summary>
    /// The name of a file beside a saved model that holds the index, "items.index" for instance; null (the default) to have it in the model. Such
    /// a file is mapped when the model is loaded: no more of it is read than searches look at, and processes share the memory. Keep it
    /// in one folder with the model, and save and load the model by its path.
    /// </summary>
    public string? IndexFileName;

    /// <summary>Hears when a stage of making the index begins, how far it is, and when it ends. Called on the threads that make it.</summary>
    public IProgress<NeighborIndexProgress>? Progress;

    /// <summary>Ends Fit by an <see cref="OperationCanceledException"/>, as <c>MLContext.CancelExecution</c> does.</summary>
    public CancellationToken CancellationToken;
}
