using System.Text.Json.Serialization;
using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;

namespace Microsoft.ML.Similarity.Miners;

/// <summary>Chooses, from a batch, the tuples that a loss learns from. A declaration: immutable and comparable by value.</summary>
[JsonDerivedType(typeof(TripletMarginMiner), "tripletMargin")]
[JsonDerivedType(typeof(BatchHardMiner), "batchHard")]
[JsonDerivedType(typeof(BatchEasyHardMiner), "batchEasyHard")]
[JsonDerivedType(typeof(MultiSimilarityMiner), "multiSimilarity")]
[JsonDerivedType(typeof(PairMarginMiner), "pairMargin")]
[JsonDerivedType(typeof(AngularMiner), "angular")]
[JsonDerivedType(typeof(DistanceWeightedMiner), "distanceWeighted")]
[JsonDerivedType(typeof(UniformHistogramMiner), "uniformHistogram")]
public abstract record Miner
{
    /// <summary>How embeddings are compared. Null, the default, means as the loss compares them.</summary>
    public Distance? Distance { get; init; }

    /// <summary>The tuples chosen; computed without gradient.</summary>
    public abstract TupleSelection Mine(EmbeddedBatch batch);

    internal Distance DistanceOrDefault => Distance ?? new EuclideanDistance();
}
