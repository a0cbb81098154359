namespace Microsoft.ML.Similarity.Persistence;

/// <summary>One tensor as it was read.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Shape">Its extents, the outermost first; none for a single value.</param>
/// <param name="Values">All values in row-major order: a one-dimensional array of the type's .NET type.</param>
internal sealed record SafetensorsTensor(string Name, SafetensorsType Type, long[] Shape, Array Values);
