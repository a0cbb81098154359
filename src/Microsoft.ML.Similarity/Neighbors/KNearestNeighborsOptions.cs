namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The options of the trainers whose models let the nearest neighbours vote.</summary>
public abstract class KNearestNeighborsOptions : NeighborOptions
{
    /// <summary>The column to predict. Default "Label".</summary>
    public string LabelColumnName = "Label";

    /// <summary>The column of the vectors whose distances are taken. Default "Features".</summary>
    public string FeatureColumnName = "Features";

    /// <summary>How much each neighbour counts. Default <see cref="NeighborVotes.Uniform"/>.</summary>
    public NeighborVotes Votes = NeighborVotes.Uniform;

    /// <summary>Of <see cref="NeighborVotes.Softmax"/>, in units of the distance; above 0. Default 1.</summary>
    public float Temperature = 1;
}
