namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>A query as <see cref="BoundFilter"/> compares it, but for its codes.</summary>
internal struct FilterQuery
{
    /// <summary>At most how far the codes are from the query's projection.</summary>
    public double Error;

    /// <summary>The sum of the codes' squares, in squared steps of rows.</summary>
    public double Norm;

    /// <summary>What the product with a row's codes has too much.</summary>
    public int Offset;

    /// <summary>Whether <see cref="ShortSums"/> fit the codes.</summary>
    public bool HasShortSums;

    /// <summary>The squared distance of lifted vectors is at most so much...</summary>
    public double SquaredBase;

    /// <summary>...and so many times the distance of the metric.</summary>
    public double SquaredFactor;
}
