using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Tests.Contract;
using Microsoft.ML.Similarity.Tests.Images;
using Microsoft.ML.Similarity.Tests.Training;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Similarity.Tests.Embedding;

/// <summary>Columns of images and of files.</summary>
public sealed class PictureTransformerTests : IDisposable
{
    private static readonly MLContext Ml = new(seed: 1);

    private readonly ExamplePictures _pictures = new();
    private readonly IDataView _data;
    private readonly EmbeddingTransformer _model;

    public PictureTransformerTests()
    {
        _data = _pictures.View(Ml);
        _model = Fit(_data, 3);
    }

    public void Dispose()
    {
        _model.Dispose();
        _pictures.Dispose();
    }

    [Test]
    public void Images_files_and_pixels_are_embedded_alike()
    {
        var expected = Fast.Embeddings(_model, _data);
        Assert.That(expected.Distinct(new SameValues()).Count(), Is.EqualTo(expected.Length));
        foreach (var model in new[] { _model, (EmbeddingTransformer)EstimatorContract.SaveAndLoad(Ml, _model, _data.Schema, out _) })
        {
            foreach (var column in new[] { "Image", "File" })
                Assert.That(Fast.Embeddings(model, Renamed(column)), Is.EqualTo(expected), column);
        }
    }

    [Test]
    public void The_estimator_keeps_the_contract([Values("Image", "File")] string column, [Values(1, 3)] int channels)
    {
        var data = Ml.Transforms.DropColumns("OtherImage", "OtherFile", "Features", "OtherFeatures").Fit(_data).Transform(_data);
        EstimatorContract.Check(
            Ml,
            Trainer(channels, column),
            data,
            transformOnly: Ml.Transforms.DropColumns("Label").Fit(data).Transform(data),
            invalid: Ml.Transforms.DropColumns(column).Fit(data).Transform(data),
            tolerance: 1e-4);
    }

    [Test]
    public void Pictures_of_any_size_are_embedded()
    {
        using var large = new ExamplePictures(6, 40, 25);
        var view = large.View(Ml, size: null);
        var images = Fast.Embeddings(_model, Ml.Transforms.CopyColumns("Features", "Image").Fit(view).Transform(view));
        Assert.That(images, Has.Length.EqualTo(6).And.All.All.Not.NaN);
        Assert.That(Fast.Embeddings(_model, Ml.Transforms.CopyColumns("Features", "File").Fit(view).Transform(view)), Is.EqualTo(images));
    }

    [Test]
    public void A_row_without_a_picture_gives_NaN_and_only_that_row()
    {
        var expected = Fast.Embeddings(_model, _data);
        var rows = _pictures.Rows.Select((row, i) => new FileRow { Features = i is 3 ? [] : i is 7 ? [1, 2, 3] : File.ReadAllBytes(row.Path) }).ToArray();
        var actual = Fast.Embeddings(_model, Ml.Data.LoadFromEnumerable(rows));
        for (var i = 0; i < rows.Length; i++)
            Assert.That(actual[i], i is 3 or 7 ? Is.All.NaN : Is.EqualTo(expected[i]), $"row {i}");
        using var engine = Ml.Model.CreatePredictionEngine<FileRow, Embedded>(_model);
        Assert.That(engine.Predict(rows[7]).Embedding, Is.All.NaN);
        Assert.That(engine.Predict(rows[8]).Embedding, Is.EqualTo(expected[8]).Within(1e-5));

        var empty = Ml.Data.LoadFromEnumerable([new PictureRow { Path = _pictures.FileOf(2) }, new PictureRow()]);
        var images = Fast.Embeddings(_model, Ml.Transforms.LoadImages("Features", null, "Path").Fit(empty).Transform(empty));
        Assert.That(images[0], Is.EqualTo(expected[2]).Within(1e-5));
        Assert.That(images[1], Is.All.NaN);
    }

    [Test]
    public void Images_in_memory_are_left_to_their_owner()
    {
        var expected = Fast.Embeddings(_model, _data);
        var rows = Enumerable.Range(0, _pictures.Rows.Length).Select(i => new ImageRow
        {
            Label = _pictures.Rows[i].Label,
            Features = ExamplePictures.Image(ExamplePictures.Pixels(i, 8, 8), 8, 8),
        }).ToArray();
        var view = Ml.Data.LoadFromEnumerable(rows);
        using var model = Fit(view, 3);
        for (var round = 0; round < 2; round++)
        {
            Assert.That(Fast.Embeddings(_model, view), Is.EqualTo(expected));
            Assert.That(ViewSnapshot.Take(_model.Transform(view)).Count, Is.EqualTo(rows.Length));
        }
        using (var engine = Ml.Model.CreatePredictionEngine<ImageRow, Embedded>(_model, new PredictionEngineOptions { OwnsTransformer = false }))
        {
            for (var i = 0; i < rows.Length; i++)
                Assert.That(engine.Predict(rows[i]).Embedding, Is.EqualTo(expected[i]).Within(1e-5));
        }
        foreach (var row in rows)
            row.Features.Dispose();
    }

    [Test]
    public void Images_that_a_transform_hands_on_pass_through()
    {
        // Already of the size wanted: the transform gives the image that it was given, which the next row frees.
        var sized = Ml.Transforms.ResizeImages("Features", 8, 8, "Image").Fit(_data).Transform(_data);
        var view = _model.Transform(sized);
        using var cursor = view.GetRowCursor([view.Schema["Features"], view.Schema["Embedding"]]);
        var getter = cursor.GetGetter<MLImage>(view.Schema["Features"]);
        MLImage image = null!;
        for (var row = 0; cursor.MoveNext(); row++)
        {
            getter(ref image);
            using var expected = MLImage.CreateFromFile(_pictures.FileOf(row));
            Assert.That(image.Pixels.SequenceEqual(expected.Pixels), Is.True);
        }
        image.Dispose();
    }

    [Test]
    public void Other_columns_are_refused()
    {
        Assert.That(() => _model.Transform(Renamed("Label")), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Schema mismatch for feature column 'Features': expected Vector<Single>, Image or VarVector<Byte>, got String."));
        Assert.That(() => Trainer(4, "Image").Fit(_data), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Schema mismatch for feature column 'Image': expected Vector<Single>, got Image."));
        Assert.That(() => Fast.Fit(Ml, _data, o => o.FeatureColumnName = "File"), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Schema mismatch for feature column 'File': expected Vector<Single>, got VarVector<Byte>."));
    }

    private IDataView Renamed(string column)
    {
        var rest = Ml.Transforms.DropColumns("Features").Fit(_data).Transform(_data);
        return Ml.Transforms.CopyColumns("Features", column).Fit(rest).Transform(rest);
    }

    private static EmbeddingTransformer Fit(IDataView data, int channels) => Trainer(channels, "Features").Fit(data);

    private static Similarity.Trainers.MetricLearningTrainer Trainer(int channels, string column) => Ml.Similarity.Trainers.MetricLearning(Fast.Options(o =>
    {
        o.Encoder = new ConvNetEncoder { Image = new(channels, 8, 8), Widths = [4, 4], OutputDimension = 5 };
        o.FeatureColumnName = column;
        o.MaximumNumberOfEpochs = 1;
    }));

    private sealed class SameValues : IEqualityComparer<float[]>
    {
        public bool Equals(float[]? x, float[]? y) => x!.SequenceEqual(y!);

        public int GetHashCode(float[] values) => values[0].GetHashCode();
    }

    private sealed class FileRow
    {
        public byte[] Features { get; set; } = [];
    }

    private sealed class ImageRow
    {
        public string Label { get; set; } = "";

        [ImageType(8, 8)]
        public MLImage Features { get; set; } = null!;
    }

    private sealed class Embedded
    {
        public float[] Embedding { get; set; } = [];
    }
}
