namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>Embeddings and their classes, as plain memory.</summary>
internal sealed class LabelledRows
{
    /// <param name="values">The rows, one after another: Count × <paramref name="dimension"/>.</param>
    /// <param name="dimension">The length of a row; at least 1.</param>
    /// <param name="classes">The class of each row, numbered from 0; negative for a missing label.</param>
    public LabelledRows(ReadOnlyMemory<float> values, int dimension, ReadOnlyMemory<int> classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        if (values.Length != (long)classes.Length * dimension)
            throw new ArgumentException($"{classes.Length} rows of {dimension} values need {(long)classes.Length * dimension} values, got {values.Length}.", nameof(values));
        Values = values;
        Dimension = dimension;
        Classes = classes;
    }

    public ReadOnlyMemory<float> Values { get; }

    public int Dimension { get; }

    public ReadOnlyMemory<int> Classes { get; }

    public int Count => Classes.Length;

    public ReadOnlySpan<float> this[int row] => Values.Span.Slice(row * Dimension, Dimension);
}
