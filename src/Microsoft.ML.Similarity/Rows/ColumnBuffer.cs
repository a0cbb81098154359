using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Rows;

/// <summary>The values of one pass-through column for the rows of a batch.</summary>
internal abstract class ColumnBuffer : IDisposable
{
    private static readonly MethodInfo CreateTyped = typeof(ColumnBuffer).GetMethod(nameof(CreateCore), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>Copies the column's value in the current input row into a slot.</summary>
    public abstract void Read(int slot);

    public abstract Delegate CreateGetter(Func<int> slot);

    public abstract void Dispose();

    public static ColumnBuffer Create(DataViewRow row, DataViewSchema.Column column, int capacity) =>
        (ColumnBuffer)CreateTyped.MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column, capacity])!;

    private static ColumnBuffer CreateCore<T>(DataViewRow row, DataViewSchema.Column column, int capacity)
    {
        if (typeof(T) == typeof(MLImage))
            return new ImageBuffer(new ImageReader(row, column), capacity);
        var getter = row.GetGetter<T>(column);
        if (typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(VBuffer<>))
            return (ColumnBuffer)Activator.CreateInstance(typeof(VectorBuffer<>).MakeGenericType(typeof(T).GetGenericArguments()), getter, capacity)!;
        return new ColumnBuffer<T>(getter, capacity);
    }

    // VBuffers are copied out: a caller owns, and may overwrite, the arrays of its destination.
    private sealed class VectorBuffer<T>(ValueGetter<VBuffer<T>> source, int capacity) : ColumnBuffer
    {
        private readonly VBuffer<T>[] _values = new VBuffer<T>[capacity];

        public override void Read(int slot) => source(ref _values[slot]);

        public override Delegate CreateGetter(Func<int> slot) =>
            (ValueGetter<VBuffer<T>>)((ref VBuffer<T> destination) => _values[slot()].CopyTo(ref destination));

        public override void Dispose()
        {
        }
    }

    // An image lives until the next one is read, and a consumer owns and disposes what it gets: both are copies.
    private sealed class ImageBuffer(ImageReader source, int capacity) : ColumnBuffer
    {
        private readonly MLImage?[] _values = new MLImage?[capacity];

        public override void Read(int slot)
        {
            _values[slot]?.Dispose();
            _values[slot] = Copy(source.Read());
        }

        public override Delegate CreateGetter(Func<int> slot) => (ValueGetter<MLImage>)((ref MLImage destination) =>
        {
            var image = _values[slot()];
            destination?.Dispose();
            destination = Copy(image)!;
        });

        public override void Dispose()
        {
            foreach (var image in _values)
                image?.Dispose();
            source.Dispose();
        }

        private static MLImage? Copy(MLImage? image)
        {
            if (image is null)
                return null;
            var copy = MLImage.CreateFromPixels(image.Width, image.Height, image.PixelFormat, image.Pixels);
            copy.Tag = image.Tag;
            return copy;
        }
    }
}

/// <summary>Values of a type that copies by assignment.</summary>
internal sealed class ColumnBuffer<T>(ValueGetter<T> source, int capacity) : ColumnBuffer
{
    private readonly T[] _values = new T[capacity];

    public override void Read(int slot) => source(ref _values[slot]);

    public override Delegate CreateGetter(Func<int> slot) => (ValueGetter<T>)((ref T destination) => destination = _values[slot()]);

    public override void Dispose()
    {
    }
}
