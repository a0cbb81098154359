using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Tests.Contract;
using Microsoft.ML.Similarity.Tests.Training;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Embedding;

/// <summary>Encoders that only libtorch evaluates.</summary>
public sealed class ImageTransformerTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly LabelledRow[] Rows = TrainingData.Blobs(dimension: 64);
    private static readonly IDataView Data = TrainingData.View(Ml, Rows);
    private static readonly ConvNetEncoder Encoder = new() { Image = new(1, 8, 8), Widths = [4, 4], OutputDimension = 5 };
    private static readonly EmbeddingTransformer Model = Fit(Encoder);

    private static readonly ImageEncoder[] Encoders =
    [
        Encoder, Encoder with { L2Normalize = false, StandardizeInputs = false },
        new ResNetEncoder { Image = new(1, 8, 8), SmallImages = true, OutputDimension = 5, ProjectionWidths = [6] },
    ];

    [Test]
    public void The_estimator_keeps_the_contract([Values] bool normalize) => EstimatorContract.Check(
        Ml,
        Ml.Similarity.Trainers.MetricLearning(Fast.Options(o =>
        {
            o.Encoder = Encoder with { L2Normalize = normalize, StandardizeInputs = normalize };
            o.MaximumNumberOfEpochs = 1;
        })),
        Data,
        transformOnly: Without("Label"),
        invalid: Without("Features"),
        tolerance: 1e-4);

    [Test]
    public void A_row_that_is_not_finite_gives_NaN_and_only_that_row()
    {
        var rows = Array.ConvertAll(Rows, row => TrainingData.Row(row.Label, [.. row.Features]));
        rows[5].Features[7] = float.NaN;
        rows[6].Features[0] = float.NegativeInfinity;
        var (actual, expected) = (Fast.Embeddings(Model, TrainingData.View(Ml, rows)), Fast.Embeddings(Model, Data));
        for (var i = 0; i < rows.Length; i++)
            Assert.That(actual[i], i is 5 or 6 ? Is.All.NaN : Is.EqualTo(expected[i]).Within(1e-5), $"row {i}");
        using var engine = Engine(Model);
        Assert.That(engine.Predict(rows[5]).Embedding, Is.All.NaN);
    }

    [Test]
    public void Cursors_and_engines_of_several_threads_agree_while_others_dispose_the_model()
    {
        var expected = Fast.Embeddings(Model, Data);
        var furthest = new float[4];
        Parallel.For(0, furthest.Length, new ParallelOptions { MaxDegreeOfParallelism = furthest.Length }, thread =>
        {
            for (var round = 0; round < 3; round++)
            {
                // It disposes the transformer.
                using var engine = Engine(Model);
                var alone = Array.ConvertAll(Rows, row => engine.Predict(row).Embedding);
                var together = Fast.Embeddings(Model, Data);
                for (var i = 0; i < Rows.Length; i++)
                {
                    for (var k = 0; k < expected[i].Length; k++)
                        furthest[thread] = Math.Max(furthest[thread], Math.Max(Math.Abs(alone[i][k] - expected[i][k]), Math.Abs(together[i][k] - expected[i][k])));
                }
            }
        });
        Assert.That(furthest, Is.All.LessThan(1e-5f));
    }

    [Test]
    public void Disposing_frees_native_memory_which_is_taken_again_when_needed()
    {
        using var model = Fit(Encoder);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var expected = Fast.Embeddings(model, Data);
        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.GreaterThan(before));
        for (var i = 0; i < 2; i++)
        {
            model.Dispose();
            Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(before));
            Assert.That(Fast.Embeddings(model, Data), Is.EqualTo(expected));
        }
    }

    [Test]
    public void Training_frees_all_that_it_takes()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        foreach (var encoder in Encoders)
            Fit(encoder).Dispose();
        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(before));
    }

    [Test]
    public void Embeddings_can_be_cut([ValueSource(nameof(Encoders))] ImageEncoder encoder)
    {
        var model = Fit(encoder);
        var whole = Fast.Embeddings(model, Data);
        var cut = (EmbeddingTransformer)EstimatorContract.SaveAndLoad(Ml, model.Truncate(3), Data.Schema, out _);
        var actual = Fast.Embeddings(cut, Data);
        for (var i = 0; i < Rows.Length; i++)
        {
            var length = encoder.L2Normalize ? Math.Sqrt(whole[i][..3].Sum(x => (double)x * x)) : 1;
            Assert.That(actual[i], Is.EqualTo(whole[i][..3].Select(x => (float)(x / length))).Within(1e-5));
        }
        Assert.That(cut.Model.Encoder, Is.EqualTo(encoder with { OutputDimension = 3 }));
    }

    [Test]
    public void Pairs_and_items_can_be_pictures()
    {
        var pairs = Ml.Data.LoadFromEnumerable(Enumerable.Range(0, 24).Select(i => new IdPair { Left = i, Right = i + 24 }));
        var items = TrainingData.View(Ml, [.. Rows.Select((row, i) => TrainingData.Row($"{i}", row.Features))]);
        var numbered = Ml.Transforms.Conversion.ConvertType("Id", "Label", DataKind.Int32).Fit(items).Transform(items);
        var model = Ml.Similarity.Trainers.RankedPairs(new() { Encoder = Encoder, Items = numbered, ItemIdColumnName = "Id", MaximumNumberOfEpochs = 1, Seed = 1 }).Fit(pairs);
        var embedded = Neighbors.Examples.Vectors<float>(model.Transform(pairs), "LeftEmbedding");
        var direct = Fast.Embeddings(model.ForColumn(), Data);
        for (var i = 0; i < embedded.Length; i++)
            Assert.That(embedded[i], Is.EqualTo(direct[i]).Within(1e-5));
    }

    [Test]
    public void A_fresh_process_embeds_the_same([Values] bool withLibtorch)
    {
        var folder = Directory.CreateTempSubdirectory("images");
        try
        {
            var (model, view) = (Path.Combine(folder.FullName, "model.zip"), Path.Combine(folder.FullName, "view.idv"));
            Ml.Model.Save(Model, Data.Schema, model);
            using (var stream = File.Create(view))
                Ml.Data.SaveAsBinary(Data, stream);
            var (lines, error) = RunElsewhere(folder.FullName, withLibtorch, model, view, "Embedding");
            if (!withLibtorch)
            {
                Assert.That(error, Does.Contain("Embedding with a ConvNetEncoder needs libtorch, which could not be loaded. Reference one of the packages TorchSharp-cpu,"));
                return;
            }
            var actual = lines.TakeLast(Rows.Length).Select(line => line.Split(' ').Select(bits => BitConverter.UInt32BitsToSingle(uint.Parse(bits, null))).ToArray()).ToArray();
            Assert.That(actual, Is.EqualTo(Fast.Embeddings(Model, Data)).Within(1e-6));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static EmbeddingTransformer Fit(ImageEncoder encoder) => Fast.Fit(Ml, Data, o =>
    {
        o.Encoder = encoder;
        o.MaximumNumberOfEpochs = 1;
    });

    private static IDataView Without(string column) => Ml.Transforms.DropColumns(column).Fit(Data).Transform(Data);

    private static PredictionEngine<LabelledRow, Embedded> Engine(EmbeddingTransformer model) =>
        Ml.Model.CreatePredictionEngine<LabelledRow, Embedded>(model, Data.Schema);

    // The other program has no libtorch of its own: the system's loader is told of this one's, or of none.
    private static (string[] Lines, string Error) RunElsewhere(string folder, bool withLibtorch, params string[] arguments)
    {
        var loader = OperatingSystem.IsWindows() ? "PATH" : OperatingSystem.IsMacOS() ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH";
        var start = new ProcessStartInfo("dotnet", [Repository.LoadHost, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["NUGET_PACKAGES"] = folder },
        };
        if (withLibtorch)
            start.Environment[loader] = $"{LibtorchFolder}{Path.PathSeparator}{Environment.GetEnvironmentVariable(loader)}";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode == 0, Is.EqualTo(withLibtorch), errors.Result);
        return (output.Split('\n', StringSplitOptions.RemoveEmptyEntries), errors.Result);
    }

    private static string LibtorchFolder => Path.GetDirectoryName(
        Process.GetCurrentProcess().Modules.Cast<ProcessModule>().First(module => module.ModuleName.Contains("LibTorchSharp")).FileName)!;

    private sealed class Embedded
    {
        public float[] Embedding { get; set; } = [];
    }

    private sealed class IdPair
    {
        public int Left { get; set; }

        public int Right { get; set; }
    }
}
