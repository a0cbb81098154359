namespace Microsoft.ML.Similarity.Miners;

/// <summary>Which triplets of a batch a triplet trainer learns from.</summary>
public enum TripletMining
{
    /// <summary>All that violate the margin.</summary>
    All,

    /// <summary>Those whose negative is the farther one, but not by the margin.</summary>
    SemiHard,

    /// <summary>The farthest positive and the nearest negative of each anchor.</summary>
    BatchHard,
}
