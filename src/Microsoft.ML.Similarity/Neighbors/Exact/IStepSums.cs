namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>How an <see cref="ICodeTile"/> adds the products of two steps to each other.</summary>
internal interface IStepSums
{
    /// <summary>Whether in 16 bits.</summary>
    static abstract bool AreShort { get; }
}
