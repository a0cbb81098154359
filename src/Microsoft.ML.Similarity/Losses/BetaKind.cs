namespace Microsoft.ML.Similarity.Losses;

/// <summary>Where the boundary of <see cref="MarginLoss"/> comes from.</summary>
public enum BetaKind
{
    /// <summary>It stays as declared.</summary>
    Fixed,

    /// <summary>One boundary is learned for all rows.</summary>
    Shared,

    /// <summary>A boundary is learned for each class.</summary>
    PerClass,
}
