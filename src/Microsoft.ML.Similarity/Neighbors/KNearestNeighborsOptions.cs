namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The options of the trainers whose models let the nearest neighbours vote.</summary>
public abstract class KNearestNeighborsOptions
{
    /// <summary>The column to predict. Default "Label".</summary>
    public string LabelColumnName = "Label";

    /// <summary>The column of the vectors whose distances are taken. Default "Features".</summary>
    public string FeatureColumnName = "Features";

    /// <summary>A column that tells rows apart, or null (the default) to tell them apart by the ids of the view.</summary>
    public string? RowIdColumnName;

    /// <summary>How many neighbours vote, at least 1. Default 5.</summary>
    public int NumberOfNeighbors = 5;

    /// <summary>How distances are measured. Default <see cref="NeighborMetric.Euclidean"/>.</summary>
    public NeighborMetric Metric = NeighborMetric.Euclidean;

    /// <summary>How much each neighbour counts. Default <see cref="NeighborVotes.Uniform"/>.</summary>
    public NeighborVotes Votes = NeighborVotes.Uniform;

    /// <summary>Of <see cref="NeighborVotes.Softmax"/>, in units of the distance; above 0. Default 1.</summary>
    public float Temperature = 1;
}
