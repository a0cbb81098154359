namespace Microsoft.ML.Similarity.Tests.Neighbors.Index;

/// <summary>Something that is done to an index.</summary>
/// <param name="Kind">What.</param>
/// <param name="Seed">Of the rows it is done with.</param>
/// <param name="Size">How many rows are added, removed or searched for.</param>
internal readonly record struct IndexStep(IndexStepKind Kind, int Seed, int Size);
