using System.Runtime.CompilerServices;

namespace Microsoft.ML;

/// <summary>Adds <c>ml.Similarity</c> to <see cref="MLContext"/>.</summary>
public static class SimilarityExtensions
{
    private static readonly ConditionalWeakTable<MLContext, SimilarityCatalog> Catalogs = [];

    extension(MLContext context)
    {
        /// <summary>Trainers, transforms and metrics of similarity learning.</summary>
        public SimilarityCatalog Similarity => Of(context);
    }

    internal static SimilarityCatalog Of(MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Catalogs.GetValue(context, c => new SimilarityCatalog(c));
    }
}
