using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Relations;

/// <summary>Numbers the labels of rows, so that rows of one number are related to the same rows. Not safe for use by several threads while it reads.</summary>
internal abstract class LabelClasses
{
    /// <summary>How many numbers there are.</summary>
    public abstract int Count { get; }

    /// <summary>The numbers of the labels behind one of these numbers.</summary>
    public abstract int[] LabelsOf(int number);

    /// <summary>The label, or labels, behind a number as text.</summary>
    public abstract string TextOf(int number);

    /// <summary>A function that gives the number of the current row's label or labels, or <see cref="LabelReader.Missing"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column's values are not comparable with those read before.</exception>
    public abstract Func<int> CreateReader(DataViewRow row, DataViewSchema.Column label);

    /// <summary>How the numbers given out are related, once all is read; null where only rows of one number belong together.</summary>
    public abstract ClassRelation? Relate();
}
