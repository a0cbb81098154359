using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Rows;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Similarity.Tests.Rows;

public sealed class ImageReaderTests
{
    [Test]
    public void Images_of_a_transform_are_freed([Values(1, 2, 5)] int rows)
    {
        var row = new ImageRow(isTransform: true);
        using (var reader = new ImageReader(row, row.Schema[0]))
        {
            for (var i = 0; i < rows; i++)
            {
                Assert.That(reader.Read(), Is.SameAs(row.Given[i]));
                Assert.That(row.Given.Select(IsDisposed), Is.EqualTo(Enumerable.Range(0, i + 1).Select(k => k < i)));
            }
        }
        // Of a single one nobody knows whose it is.
        Assert.That(row.Given.Select(IsDisposed), rows > 1 ? Is.All.True : Is.All.False);
    }

    [Test]
    public void Images_of_a_view_in_memory_survive()
    {
        var row = new ImageRow(isTransform: false);
        using (var reader = new ImageReader(row, row.Schema[0]))
        {
            for (var i = 0; i < 5; i++)
                Assert.That(reader.Read(), Is.SameAs(row.Given[i]));
        }
        Assert.That(row.Given.Select(IsDisposed), Is.All.False);
        row.Given.ForEach(image => image.Dispose());
    }

    private static bool IsDisposed(MLImage image)
    {
        try
        {
            return image.Width == 0;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    // As ML.NET's transforms of images do it, or as its views of objects do.
    private sealed class ImageRow : DataViewRow
    {
        private readonly bool _isTransform;

        public ImageRow(bool isTransform)
        {
            _isTransform = isTransform;
            var schema = new DataViewSchema.Builder();
            schema.AddColumn("Image", new ImageDataViewType());
            Schema = schema.ToSchema();
        }

        public List<MLImage> Given { get; } = [];

        public override DataViewSchema Schema { get; }

        public override long Position => 0;

        public override long Batch => 0;

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => (ValueGetter<TValue>)(object)(ValueGetter<MLImage>)((ref MLImage image) =>
        {
            if (_isTransform)
                image?.Dispose();
            Given.Add(image = MLImage.CreateFromPixels(1, 1, MLPixelFormat.Bgra32, [1, 2, 3, 4]));
        });

        public override ValueGetter<DataViewRowId> GetIdGetter() => throw new NotSupportedException();
    }
}
