using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Tests.Images;

/// <summary>Small pictures, as images, as files and as pixels. Those of a class have a colour in common.</summary>
internal sealed class ExamplePictures : IDisposable
{
    public const int Classes = 4;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pictures");

    /// <param name="count">How many; picture i is of class i % 4.</param>
    /// <param name="width">The pixels of a row.</param>
    /// <param name="height">The rows.</param>
    public ExamplePictures(int count = 32, int width = 8, int height = 8)
    {
        Rows = [.. Enumerable.Range(0, count).Select(i =>
        {
            var path = Path.Combine(_folder.FullName, $"{i}.png");
            using var image = Image(Pixels(i, width, height), width, height);
            image.Save(path);
            return new PictureRow { Label = $"class {i % Classes}", Path = path, Other = Path.Combine(_folder.FullName, $"{(i + Classes) % count}.png") };
        })];
    }

    public PictureRow[] Rows { get; }

    public string FileOf(int row) => Rows[row].Path;

    /// <summary>Red, green, blue and opacity, pixel after pixel.</summary>
    public static byte[] Pixels(int seed, int width, int height)
    {
        var random = new Random(seed);
        byte[] color = [(byte)(60 * (seed % Classes)), (byte)(200 - 50 * (seed % Classes)), (byte)(seed % Classes == 2 ? 180 : 30)];
        return [.. Enumerable.Range(0, width * height * 4).Select(i => i % 4 == 3 ? byte.MaxValue : (byte)(color[i % 4] + random.Next(60)))];
    }

    public static MLImage Image(byte[] pixels, int width, int height) => MLImage.CreateFromPixels(width, height, MLPixelFormat.Rgba32, pixels);

    /// <summary>
    /// The columns Label and Path, Image (images), File (bytes) and, of pictures of the size given, Features (pixels); and the same of another picture of the
    /// class: OtherImage, OtherFile and OtherFeatures.
    /// </summary>
    /// <param name="ml">The context.</param>
    /// <param name="size">The pixels of a side, or null for no pixels.</param>
    /// <param name="copies">How many times each picture comes.</param>
    public IDataView View(MLContext ml, int? size = 8, int copies = 1)
    {
        var view = ml.Data.LoadFromEnumerable(Enumerable.Repeat(Rows, copies).SelectMany(row => row));
        foreach (var (prefix, path) in new[] { ("", "Path"), ("Other", "Other") })
        {
            view = Apply(ml.Transforms.LoadImages($"{prefix}Image", null, path), view);
            view = Apply(ml.Transforms.LoadRawImageBytes($"{prefix}File", null, path), view);
            if (size is not { } side)
                continue;
            view = Apply(ml.Transforms.ResizeImages($"{prefix}Sized", side, side, $"{prefix}Image"), view);
            view = Apply(ml.Transforms.ExtractPixels($"{prefix}Features", $"{prefix}Sized", interleavePixelColors: false, scaleImage: 1 / 255f), view);
            view = Apply(ml.Transforms.DropColumns($"{prefix}Sized"), view);
        }
        return view;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static IDataView Apply(IEstimator<ITransformer> estimator, IDataView view) => estimator.Fit(view).Transform(view);
}
