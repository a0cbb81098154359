using Microsoft.ML.Similarity.Relations;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>Reads the label and embedding columns of a view into memory, in one pass.</summary>
internal static class LabelledRowsReader
{
    /// <param name="data">The view to read.</param>
    /// <param name="label">Its label column.</param>
    /// <param name="embedding">Its embedding column.</param>
    /// <param name="vocabulary">Numbers the labels; shared by the views that are compared.</param>
    public static LabelledRows Read(IDataView data, DataViewSchema.Column label, DataViewSchema.Column embedding, LabelVocabulary vocabulary) =>
        Read(data, label, embedding, row => LabelReader.Create(row, label, vocabulary));

    /// <inheritdoc cref="Read(IDataView, DataViewSchema.Column, DataViewSchema.Column, LabelVocabulary)"/>
    /// <param name="data">The view to read.</param>
    /// <param name="label">Its label column.</param>
    /// <param name="embedding">Its embedding column.</param>
    /// <param name="classes">Numbers the labels, or sets of labels; shared by the views that are compared.</param>
    public static LabelledRows Read(IDataView data, DataViewSchema.Column label, DataViewSchema.Column embedding, LabelClasses classes) =>
        Read(data, label, embedding, row => classes.CreateReader(row, label));

    private static LabelledRows Read(IDataView data, DataViewSchema.Column label, DataViewSchema.Column embedding, Func<DataViewRow, Func<int>> createReader)
    {
        using var cursor = data.GetRowCursor([label, embedding]);
        var readClass = createReader(cursor);
        var reader = new FeatureReader(cursor, embedding);
        var dimension = reader.Dimension;
        var classes = new List<int>();
        var values = new float[Capacity(data.GetRowCount() ?? 256, dimension)];
        while (cursor.MoveNext())
        {
            var start = (long)classes.Count * dimension;
            if (start + dimension > values.Length)
            {
                if (start + dimension > Array.MaxLength)
                    throw new InvalidOperationException(
                        $"The embeddings in column '{embedding.Name}' hold more than {Array.MaxLength} values ({dimension} a row); evaluate a sample of the rows.");
                Array.Resize(ref values, Capacity(2L * classes.Count, dimension));
            }
            classes.Add(readClass());
            reader.ReadInto(values.AsSpan((int)start, dimension));
        }
        return new(values.AsMemory(0, classes.Count * dimension), dimension, classes.ToArray());
    }

    private static int Capacity(long rows, int dimension) => (int)Math.Min(Math.Max(rows, 1) * dimension, Array.MaxLength);
}
