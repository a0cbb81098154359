namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Values that belong to the rows of a <see cref="NeighborIndex"/>, one a row, for filters and to be read back.</summary>
/// <remarks>Memory per row: 8 bytes of an integer or double, 4 of a float, of text its UTF-8 and 8 bytes.</remarks>
public sealed class PayloadColumn
{
    private PayloadColumn(string name, Array values, PayloadKind kind)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        Values = values;
        Kind = kind;
    }

    /// <summary>A column of integers.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="values">A value for each row. The array is read when rows are added, and not kept.</param>
    public PayloadColumn(string name, long[] values)
        : this(name, Checked(values), PayloadKind.Int64)
    {
    }

    /// <summary>A column of floats.</summary>
    /// <inheritdoc cref="PayloadColumn(string, long[])"/>
    public PayloadColumn(string name, float[] values)
        : this(name, Checked(values), PayloadKind.Single)
    {
    }

    /// <summary>A column of doubles.</summary>
    /// <inheritdoc cref="PayloadColumn(string, long[])"/>
    public PayloadColumn(string name, double[] values)
        : this(name, Checked(values), PayloadKind.Double)
    {
    }

    /// <summary>A column of text.</summary>
    /// <inheritdoc cref="PayloadColumn(string, long[])"/>
    public PayloadColumn(string name, string[] values)
        : this(name, Checked(values), PayloadKind.Text)
    {
        if (Array.IndexOf(values, null) is var missing and >= 0)
            throw new ArgumentException($"Payload column '{name}' has no text in row {missing}; use an empty one.", nameof(values));
        if (Array.FindIndex(values, value => !UnicodeText.IsValid(value)) is var invalid and >= 0)
        {
            throw new ArgumentException(
                $"Payload column '{name}' has no valid Unicode text in row {invalid}: half of a surrogate pair is missing.", nameof(values));
        }
    }

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>The number of rows.</summary>
    public int Count => Values.Length;

    internal Array Values { get; }

    internal PayloadKind Kind { get; }

    private static Array Checked(Array values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values;
    }
}
