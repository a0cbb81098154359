using System.Globalization;

namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>How far the clusters that k-means finds in the embeddings agree with the classes. 1 is best everywhere.</summary>
public sealed class ClusteringMetrics
{
    internal ClusteringMetrics(ClusterAgreement agreement)
    {
        NormalizedMutualInformation = agreement.NormalizedMutualInformation;
        AdjustedMutualInformation = agreement.AdjustedMutualInformation;
        AdjustedRandIndex = agreement.AdjustedRandIndex;
    }

    /// <summary>
    /// NMI: the mutual information of clusters and classes over the arithmetic mean of their entropies, from 0 to 1. Many small
    /// clusters raise it even by chance.
    /// </summary>
    public double NormalizedMutualInformation { get; }

    /// <summary>
    /// AMI: NMI with what clusters and classes of these sizes share by chance taken off, so that 0 is chance; slightly less is
    /// possible. Vinh, Epps and Bailey, "Information Theoretic Measures for Clusterings Comparison", 2010.
    /// </summary>
    public double AdjustedMutualInformation { get; }

    /// <summary>
    /// ARI: agreement about which pairs of rows belong together, with what is due to chance taken off, from -0.5 to 1; 0 is chance.
    /// Hubert and Arabie, "Comparing partitions", 1985.
    /// </summary>
    public double AdjustedRandIndex { get; }

    /// <summary>The number of clusters found; fewer than asked for where there are fewer different embeddings.</summary>
    public int ClusterCount { get; internal init; }

    /// <summary>The number of rows clustered.</summary>
    public long RowCount { get; internal init; }

    /// <summary>The number of rows left out because their label is missing.</summary>
    public long MissingLabelCount { get; internal init; }

    /// <summary>The number of rows with a label left out because their embedding holds NaN or infinity.</summary>
    public long InvalidEmbeddingCount { get; internal init; }

    /// <summary>All metrics on one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"NMI {NormalizedMutualInformation:F4}, AMI {AdjustedMutualInformation:F4}, ARI {AdjustedRandIndex:F4}, clusters {ClusterCount}, rows {RowCount}, left out {MissingLabelCount + InvalidEmbeddingCount}");
}
