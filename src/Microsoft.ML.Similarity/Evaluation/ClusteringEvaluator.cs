namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>Computes <see cref="ClusteringMetrics"/> from plain memory.</summary>
internal static class ClusteringEvaluator
{
    /// <exception cref="ArgumentOutOfRangeException">The number of clusters is less than 1 or more than that of the rows.</exception>
    /// <exception cref="InvalidOperationException">No row is usable.</exception>
    public static ClusteringMetrics Evaluate(LabelledRows data, int? numberOfClusters, int seed)
    {
        if (numberOfClusters < 1)
            throw new ArgumentOutOfRangeException(nameof(numberOfClusters), $"The number of clusters is {numberOfClusters}; it must be at least 1.");
        var rows = new UsableRows(data);
        if (rows.Count == 0)
            throw new InvalidOperationException(
                $"No row can be clustered; rows left out for a missing label: {rows.MissingLabels}, for an embedding that is not finite: {rows.InvalidEmbeddings}.");
        if (numberOfClusters > rows.Count)
            throw new ArgumentOutOfRangeException(
                nameof(numberOfClusters), $"The number of clusters is {numberOfClusters}; it must be at most the number of usable rows, {rows.Count}.");
        var classes = new int[rows.Count];
        for (var row = 0; row < classes.Length; row++)
            classes[row] = rows.ClassOf(row);
        var clusters = KMeans.Cluster(rows, numberOfClusters ?? classes.Distinct().Count(), seed);
        return new(new ClusterAgreement(classes, clusters))
        {
            RowCount = rows.Count,
            ClusterCount = clusters.Distinct().Count(),
            MissingLabelCount = rows.MissingLabels,
            InvalidEmbeddingCount = rows.InvalidEmbeddings,
        };
    }
}
