using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Tests.Contract;

/// <summary>Reads a column of any type as plain objects that outlive the row and compare by value.</summary>
internal static class ValueReader
{
    private static readonly MethodInfo ReaderOf = Method(nameof(Typed));
    private static readonly MethodInfo AnnotationOf = Method(nameof(TypedAnnotation));

    /// <summary>A function that gives the current row's value: numbers and keys boxed, text as string, vectors as dense arrays.</summary>
    public static Func<object?> Create(DataViewRow row, DataViewSchema.Column column) =>
        (Func<object?>)ReaderOf.MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column])!;

    public static object? Annotation(DataViewSchema.Column column, DataViewSchema.Column annotation) =>
        AnnotationOf.MakeGenericMethod(annotation.Type.RawType).Invoke(null, [column, annotation.Name]);

    /// <summary>Equal, floating-point numbers up to a relative tolerance; NaN equals NaN.</summary>
    public static bool AreEqual(object? a, object? b, double tolerance) => (a, b) switch
    {
        (float x, float y) => AreClose(x, y, tolerance),
        (double x, double y) => AreClose(x, y, tolerance),
        (Array x, Array y) => x.Length == y.Length && x.Cast<object?>().Zip(y.Cast<object?>()).All(p => AreEqual(p.First, p.Second, tolerance)),
        _ => Equals(a, b),
    };

    public static string Show(object? value) => value is Array values ? $"[{string.Join(", ", values.Cast<object?>())}]" : $"{value}";

    private static bool AreClose(double x, double y, double tolerance) =>
        x.Equals(y) || Math.Abs(x - y) <= tolerance * Math.Max(1, Math.Abs(x));

    private static MethodInfo Method(string name) => typeof(ValueReader).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;

    private static Func<object?> Typed<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            var plain = Plain(value);
            if (column.Type is VectorDataViewType { IsKnownSize: true } vector)
                Assert.That(((Array)plain!).Length, Is.EqualTo(vector.Size), $"values in a vector of column '{column.Name}'");
            return plain;
        };
    }

    private static object? TypedAnnotation<T>(DataViewSchema.Column column, string kind)
    {
        T value = default!;
        column.Annotations.GetValue(kind, ref value);
        return Plain(value);
    }

    private static object? Plain<T>(T value) => value switch
    {
        ReadOnlyMemory<char> text => text.ToString(),
        VBuffer<ReadOnlyMemory<char>> texts => texts.DenseValues().Select(t => t.ToString()).ToArray(),
        MLImage image => Pixels(image),
        _ when typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(VBuffer<>) =>
            typeof(T).GetMethod(nameof(VBuffer<>.DenseValues))!.Invoke(value, null) is System.Collections.IEnumerable items
                ? items.Cast<object>().ToArray()
                : null,
        _ => value,
    };

    private static object[] Pixels(MLImage image) => [image.Width, image.Height, image.PixelFormat, image.Pixels.ToArray()];
}
