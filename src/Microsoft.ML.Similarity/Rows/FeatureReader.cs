using System.Numerics.Tensors;
using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Rows;

/// <summary>Reads a vector column of one row or cursor, dense or sparse.</summary>
internal sealed class FeatureReader
{
    private readonly ValueGetter<VBuffer<float>> _getter;
    private readonly string _column;
    private VBuffer<float> _value;

    public FeatureReader(DataViewRow row, DataViewSchema.Column column)
    {
        _getter = row.GetGetter<VBuffer<float>>(column);
        _column = column.Name;
        Dimension = ((VectorDataViewType)column.Type).Size;
    }

    public int Dimension { get; }

    /// <summary>The current row's value; valid until the next read.</summary>
    public ref readonly VBuffer<float> Read()
    {
        _getter(ref _value);
        if (_value.Length != Dimension)
            throw new InvalidOperationException($"Column '{_column}' promised vectors of {Dimension} values and gave one of {_value.Length}.");
        return ref _value;
    }

    /// <summary>Copies the current row's value out as a dense vector.</summary>
    public void ReadInto(Span<float> destination) => Read().CopyTo(destination);

    /// <summary>Reads the current row's value for training or reference, where every number counts.</summary>
    /// <param name="row">The row's position, counted from 0, for the message.</param>
    /// <exception cref="InvalidOperationException">A value is NaN or infinite.</exception>
    public ref readonly VBuffer<float> ReadFinite(long row)
    {
        ref readonly var value = ref Read();
        var values = value.GetValues();
        if (IsFinite(values))
            return ref value;
        var bad = 0;
        while (float.IsFinite(values[bad]))
            bad++;
        var slot = value.IsDense ? bad : value.GetIndices()[bad];
        throw new InvalidOperationException(
            $"Column '{_column}' has the value {values[bad].ToString(System.Globalization.CultureInfo.InvariantCulture)} in row {row} (counted from 0), slot {slot}; every feature must be a finite number. "
            + "Replace or filter such rows first, for instance with ReplaceMissingValues or FilterRowsByMissingValues.");
    }

    // The sum of x * 0 is NaN exactly when one x is NaN or infinite; vectorised, unlike a loop that stops early.
    public static bool IsFinite(ReadOnlySpan<float> values) => !float.IsNaN(TensorPrimitives.Dot(values, Zeros(values.Length)));

    [ThreadStatic]
    private static float[]? _zeros;

    private static ReadOnlySpan<float> Zeros(int length)
    {
        if (_zeros is null || _zeros.Length < length)
            _zeros = new float[length];
        return _zeros.AsSpan(0, length);
    }
}
