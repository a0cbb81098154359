namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Rows of floats in native memory, each padded with zeros to a multiple of 16. Whoever owns the memory keeps it.</summary>
/// <param name="start">The first row, at a multiple of 64 bytes.</param>
/// <param name="count">The number of rows.</param>
/// <param name="dimension">The number of values of a row.</param>
internal readonly unsafe struct FloatRows(float* start, int count, int dimension) : IRowSource
{
    public float* Start => start;

    public int Count => count;

    public int Dimension => dimension;

    /// <summary>The values from one row to the next: the dimension, padded.</summary>
    public int Stride { get; } = Padding.ForFloats(dimension);

    public float* Row(int row) => start + ((long)row * Stride);

    public float* Read(int row, float* buffer) => Row(row);

    public ReadOnlySpan<float> Values(int row) => new(Row(row), dimension);
}
