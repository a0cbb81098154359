namespace Microsoft.ML;

/// <summary>Adds <c>ml.GetSimilarity()</c> for Visual Basic, F# and C# before version 14.</summary>
/// <remarks>The method cannot be called Similarity: a property and a method of one name, both in scope, are ambiguous (CS9339).</remarks>
public static class SimilarityMethodExtensions
{
    /// <summary>Trainers, transforms and metrics of similarity learning.</summary>
    public static SimilarityCatalog GetSimilarity(this MLContext context) => SimilarityExtensions.Of(context);
}
