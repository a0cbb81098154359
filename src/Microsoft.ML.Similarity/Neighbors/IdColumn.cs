using System.Reflection;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The distinct ids of a column, numbered from 0 as they appear, and their values in the column's own type.</summary>
internal abstract class IdColumn
{
    private static readonly MethodInfo OfMethod = typeof(IdColumn).GetMethod(nameof(Of), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>The number of the current row's id, or <see cref="LabelReader.Missing"/>.</summary>
    public abstract int Read();

    /// <summary>A getter of the value of the id whose number is given.</summary>
    public abstract Delegate CreateGetter(Func<int> number);

    /// <summary>A column of such ids.</summary>
    public abstract DataViewSchema.DetachedColumn ToOutput(string name);

    /// <param name="row">The rows to read.</param>
    /// <param name="column">Their id column.</param>
    public static IdColumn Create(DataViewRow row, DataViewSchema.Column column) =>
        (IdColumn)OfMethod.MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column])!;

    private static Values<T> Of<T>(DataViewRow row, DataViewSchema.Column column) => new(row, column);

    private sealed class Values<T>(DataViewRow row, DataViewSchema.Column column) : IdColumn
    {
        private readonly Func<int> _number = LabelReader.Create(row, column, LabelVocabulary.For(column));
        private readonly ValueGetter<T> _value = row.GetGetter<T>(column);
        private readonly List<T> _values = [];

        public override int Read()
        {
            var number = _number();
            if (number == _values.Count)
            {
                T value = default!;
                _value(ref value);
                // Copied: the text of a row may lie in a buffer that is used again for the next.
                _values.Add(value is ReadOnlyMemory<char> text ? (T)(object)text.ToString().AsMemory() : value);
            }
            return number;
        }

        public override Delegate CreateGetter(Func<int> number) => (ValueGetter<T>)((ref T value) => value = _values[number()]);

        public override DataViewSchema.DetachedColumn ToOutput(string name) => new(name, column.Type, column.Annotations);
    }
}
