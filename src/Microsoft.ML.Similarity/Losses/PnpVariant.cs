namespace Microsoft.ML.Similarity.Losses;

/// <summary>What <see cref="PnpLoss"/> makes of N, the number of negatives before a positive.</summary>
public enum PnpVariant
{
    /// <summary>N.</summary>
    Original,

    /// <summary>log(1 + N), decreasing slopes, logarithmic.</summary>
    DecreasingLog,

    /// <summary>1 - (1 + N)^-α, decreasing slopes, quotient.</summary>
    DecreasingQuotient,

    /// <summary>(1 + N)·log(1 + N), increasing slopes, unbounded.</summary>
    IncreasingUnbounded,

    /// <summary>(b·N - log(1 + b·N))/b², increasing slopes, bounded.</summary>
    IncreasingBounded,
}
