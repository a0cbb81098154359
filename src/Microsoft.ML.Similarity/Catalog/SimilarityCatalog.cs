using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>
/// The door to similarity learning on an <see cref="MLContext"/>: trainers of embeddings, nearest-neighbour transforms and
/// the metrics of retrieval.
/// </summary>
/// <remarks>Reached as <c>ml.Similarity</c>, or <c>ml.GetSimilarity()</c> in languages before C# 14.</remarks>
public sealed class SimilarityCatalog
{
    internal SimilarityCatalog(IHostEnvironment environment)
    {
        Environment = environment;
        Trainers = new(environment);
        Transforms = new(environment);
    }

    /// <summary>Trainers of embeddings, one for each shape of data, and of what ML.NET has no catalog for.</summary>
    public SimilarityTrainers Trainers { get; }

    /// <summary>Stages that search among, or compare, embeddings.</summary>
    public SimilarityTransforms Transforms { get; }

    internal IHostEnvironment Environment { get; }

    /// <summary>The trainers of <see cref="SimilarityCatalog.Trainers"/>, as extension methods.</summary>
    public sealed class SimilarityTrainers
    {
        internal SimilarityTrainers(IHostEnvironment environment) => Environment = environment;

        internal IHostEnvironment Environment { get; }
    }

    /// <summary>The stages of <see cref="SimilarityCatalog.Transforms"/>, as extension methods.</summary>
    public sealed class SimilarityTransforms
    {
        internal SimilarityTransforms(IHostEnvironment environment) => Environment = environment;

        internal IHostEnvironment Environment { get; }
    }
}
