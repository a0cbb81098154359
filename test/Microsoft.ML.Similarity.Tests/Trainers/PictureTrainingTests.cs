using Microsoft.ML.Similarity.Augmentation;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Tests.Images;
using Microsoft.ML.Similarity.Tests.Training;
using Microsoft.ML.Similarity.Trainers;
using Microsoft.ML.Similarity.Training;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Trainers;

/// <summary>Columns of images and of files.</summary>
public sealed class PictureTrainingTests : IDisposable
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly ConvNetEncoder Encoder = new() { Image = new(3, 8, 8), Widths = [4, 4], OutputDimension = 5 };

    private readonly ExamplePictures _pictures = new();
    private readonly IDataView _data;
    private readonly IDataView _manyRows;

    public PictureTrainingTests()
    {
        _data = _pictures.View(Ml);
        // More than are decoded together.
        _manyRows = _pictures.View(Ml, copies: 9);
    }

    public void Dispose() => _pictures.Dispose();

    [Test]
    public void A_folder_of_photographs_is_learned_from()
    {
        using var pictures = new ExamplePictures(40, 24, 16);
        var data = Ml.Transforms.LoadImages("Image", null, "Path").Fit(Ml.Data.LoadFromEnumerable(pictures.Rows)).Transform(Ml.Data.LoadFromEnumerable(pictures.Rows));
        using var model = Ml.Similarity.Trainers.MetricLearning(Options("Image", o => o.MaximumNumberOfEpochs = 10)).Fit(data);
        using var others = new ExamplePictures(48, 20, 30);
        var unseen = others.View(Ml, size: null);
        var metrics = Ml.Similarity.EvaluateRetrieval(model.Transform(unseen), "Label", "Embedding");
        Assert.That(metrics.MeanAveragePrecisionAtR, Is.GreaterThan(0.9));
    }

    [Test]
    public void Images_files_and_pixels_teach_the_same([Values(1, 3)] int channels, [Values(null, 0L, 20_000L)] long? budget)
    {
        if (channels == 1)
        {
            var encoder = Encoder with { Image = new(1, 8, 8) };
            Assert.That(Weights("File", o => (o.Encoder, o.DataMemoryBudget) = (encoder, budget)), Is.EqualTo(Weights("Image", o => o.Encoder = encoder)));
            return;
        }
        var expected = Weights("Features");
        foreach (var column in new[] { "Image", "File" })
            Assert.That(Weights(column, o => o.DataMemoryBudget = budget), Is.EqualTo(expected), column);
        Assert.That(Weights("File", o => (o.ImageStorage, o.DataMemoryBudget) = (ImageStorage.Encoded, budget)), Is.EqualTo(expected));
    }

    [Test]
    public void Files_kept_encoded_teach_what_their_pixels_teach([Values] bool standardize, [Values(1, 2)] int batchesInStep)
    {
        using var pictures = new ExamplePictures(40, 24, 16);
        var data = pictures.View(Ml, size: null);
        Assert.That(Of(ImageStorage.Encoded), Is.EqualTo(Of(ImageStorage.Decoded)));

        int[] Of(ImageStorage storage)
        {
            using var model = Ml.Similarity.Trainers.MetricLearning(Options("File", o =>
            {
                o.Encoder = Encoder with { StandardizeInputs = standardize };
                o.GradientAccumulationSteps = batchesInStep;
                o.Augmentation = new RandomCrop { Padding = 1 };
                o.ImageStorage = storage;
            })).Fit(data, data);
            return Fast.WeightBits(model);
        }
    }

    [Test]
    public void Pairs_of_pictures_teach_what_pairs_of_pixels_teach([Values] ImageStorage storage, [Values(null, 0L)] long? budget)
    {
        var expected = Weights("Features", "OtherFeatures");
        Assert.That(Weights("File", "OtherFile"), Is.EqualTo(expected));
        if (storage == ImageStorage.Decoded)
        {
            Assert.That(Weights("Image", "OtherImage"), Is.EqualTo(expected));
            Assert.That(() => Weights("Image", "OtherFile"), Throws.Nothing);
        }

        float[] Weights(string left, string right)
        {
            using var model = Ml.Similarity.Trainers.RankedPairs(new()
            {
                LeftColumnName = left,
                RightColumnName = right,
                Encoder = Encoder,
                ImageStorage = storage,
                DataMemoryBudget = budget,
                BatchSize = 8,
                MaximumNumberOfEpochs = 2,
                Seed = 1,
            }).Fit(_data);
            return [.. model.Model.Weights.Entries.SelectMany(entry => entry.Value.Values)];
        }
    }

    [Test]
    public void Items_can_be_pictures()
    {
        var pairs = Ml.Data.LoadFromEnumerable(_pictures.Rows.Select(row => new IdPair { Left = row.Path, Right = row.Other }));
        using var model = Ml.Similarity.Trainers.RankedPairs(new() { Encoder = Encoder, Items = _data, ItemIdColumnName = "Path", ItemFeatureColumnName = "Image", MaximumNumberOfEpochs = 1, Seed = 1 }).Fit(pairs);
        var looked = Neighbors.Examples.Vectors<float>(model.Transform(pairs), "LeftEmbedding");
        Assert.That(looked, Is.EqualTo(Fast.Embeddings(model.ForColumn("File"), _data)).Within(1e-5));
    }

    [Test]
    public void A_file_that_is_no_picture_is_named([Values] ImageStorage storage)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.png");
        File.WriteAllText(path, "no picture");
        try
        {
            var rows = _pictures.Rows.Select((row, i) => i == 17 ? new PictureRow { Label = row.Label, Path = path } : row).ToArray();
            var view = Ml.Data.LoadFromEnumerable(rows);
            var files = Ml.Transforms.LoadRawImageBytes("File", null, "Path").Fit(view).Transform(view);
            Assert.That(() => Fit(files, "File", o => o.ImageStorage = storage), Throws.InvalidOperationException.With.Message.EqualTo(
                "Column 'File' has a file of 10 bytes that cannot be decoded as a picture in row 17 (counted from 0). Files may be PNG, JPEG, WebP, GIF or BMP; filter others first."));
            var images = Ml.Transforms.LoadImages("Image", null, "Path").Fit(view).Transform(view);
            Assert.That(() => Fit(images, "Image"), Throws.InvalidOperationException.With.Message.EqualTo(
                "Reading the training data failed in row 17 (counted from 0), column 'Image': Invalid input stream contents (Parameter 'imageStream')"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void A_file_that_is_not_there_is_named([Values("Image", "File")] string column)
    {
        var view = Ml.Data.LoadFromEnumerable(_pictures.Rows.Select((row, i) => i == 17 ? new PictureRow { Label = row.Label, Path = "nowhere.png" } : row));
        var data = Ml.Transforms.LoadImages("Image", null, "Path").Append(Ml.Transforms.LoadRawImageBytes("File", null, "Path")).Fit(view).Transform(view);
        Assert.That(() => Fit(data, column), Throws.InvalidOperationException.With.InnerException.TypeOf<FileNotFoundException>()
            .And.Message.StartsWith($"Reading the training data failed in row 17 (counted from 0), column '{column}': Could not find file"));
    }

    [Test]
    public void A_row_without_a_picture_is_named([Values("Image", "File")] string column)
    {
        var view = Ml.Data.LoadFromEnumerable(_pictures.Rows.Select((row, i) => i == 5 ? new PictureRow { Label = row.Label } : row));
        var data = Ml.Transforms.LoadImages("Image", null, "Path").Append(Ml.Transforms.LoadRawImageBytes("File", null, "Path")).Fit(view).Transform(view);
        Assert.That(() => Fit(data, column), Throws.InvalidOperationException.With.Message.EqualTo(
            $"Column '{column}' has no picture in row 5 (counted from 0). Every row trained on needs one; filter others first."));
    }

    [Test]
    public void A_file_that_is_too_large_to_be_kept_is_named()
    {
        // What follows the picture does not harm it.
        var rows = _pictures.Rows.Select((row, i) => new FileRow { Label = row.Label, File = [.. System.IO.File.ReadAllBytes(row.Path), .. new byte[i == 9 ? 1 << 26 : 0]] }).ToArray();
        var data = Ml.Data.LoadFromEnumerable(rows);
        Assert.That(() => Fit(data, "File", o => o.ImageStorage = ImageStorage.Encoded), Throws.InvalidOperationException.With.Message.EqualTo(
            $"Column 'File' has a file of {rows[9].File.Length} bytes in row 9 (counted from 0). ImageStorage.Encoded keeps files of at most 67108864; use ImageStorage.Decoded."));
        using var model = Fit(data, "File");
        using var expected = Fit(_data, "File");
        Assert.That(Fast.WeightBits(model), Is.EqualTo(Fast.WeightBits(expected)));
        Assert.That(Fast.Embeddings(model, data), Is.EqualTo(Fast.Embeddings(expected, _data)));
    }

    [Test]
    public void Images_cannot_be_kept_encoded() => Assert.That(() => Fit(_data, "Image", o => o.ImageStorage = ImageStorage.Encoded),
        Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "ImageStorage is Encoded, which keeps the bytes of files, but feature column 'Image' holds images, which are decoded already. Load the files with LoadRawImageBytes, or let ImageStorage be Decoded."));

    [Test]
    public void Pairs_are_of_vectors_or_of_pictures() => Assert.That(
        () => Ml.Similarity.Trainers.RankedPairs(new() { LeftColumnName = "Features", RightColumnName = "OtherImage", Encoder = Encoder }).Fit(_data),
        Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("Schema mismatch for right column 'OtherImage': expected Vector<Single> as in column 'Features', got Image."));

    [Test]
    public void Storage_must_be_known() => Assert.That(() => Fit(_data, "Image", o => o.ImageStorage = (ImageStorage)7),
        Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("ImageStorage must be Decoded or Encoded."));

    [Test]
    public void Training_frees_all_that_it_takes([Values] ImageStorage storage)
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var live = new List<long>();
        Fit(_data, "File", o =>
        {
            o.ImageStorage = storage;
            o.MaximumNumberOfEpochs = 5;
            o.Progress = new Receiver<TrainingProgress>(_ => live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount));
        }).Dispose();
        Assert.That(live, Has.Count.GreaterThanOrEqualTo(5).And.All.EqualTo(live[0]));
        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(before));
    }

    // The checksum of the data, too, is of what is learned from.
    [Test]
    public void A_training_goes_on_with_pictures_kept_otherwise()
    {
        var folder = Directory.CreateTempSubdirectory("checkpoints");
        try
        {
            int[] Weights(ImageStorage storage)
            {
                using var model = Fit(_data, "File", o => (o.ImageStorage, o.CheckpointFolder) = (storage, folder.FullName));
                return Fast.WeightBits(model);
            }
            Assert.That(Weights(ImageStorage.Encoded), Is.EqualTo(Weights(ImageStorage.Decoded)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private int[] Weights(string column, Action<MetricLearningTrainer.Options>? change = null)
    {
        using var model = Fit(_manyRows, column, change);
        return Fast.WeightBits(model);
    }

    private static Similarity.Embedding.EmbeddingTransformer Fit(IDataView data, string column, Action<MetricLearningTrainer.Options>? change = null) =>
        Ml.Similarity.Trainers.MetricLearning(Options(column, change)).Fit(data);

    private static MetricLearningTrainer.Options Options(string column, Action<MetricLearningTrainer.Options>? change = null) => Fast.Options(o =>
    {
        o.Encoder = Encoder;
        o.FeatureColumnName = column;
        o.MaximumNumberOfEpochs = 2;
        change?.Invoke(o);
    });

    private sealed class FileRow
    {
        public string Label { get; set; } = "";

        public byte[] File { get; set; } = [];
    }

    private sealed class IdPair
    {
        public string Left { get; set; } = "";

        public string Right { get; set; } = "";
    }
}
