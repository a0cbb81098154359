using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Tests.Training;

namespace Microsoft.ML.Similarity.Tests.Embedding;

public sealed class EmbeddingPersistenceTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly IDataView Data = TrainingData.View(Ml, TrainingData.Blobs());
    private static readonly EmbeddingTransformer Model = Fast.Fit(Ml, Data);

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("embedding").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_fresh_process_without_libtorch_embeds_the_same_to_the_bit([Values] bool large)
    {
        var model = large ? Fast.Fit(Ml, Data, o =>
        {
            o.Encoder = new MlpEncoder { HiddenWidths = [1 << 16], OutputDimension = 64 };
            o.MaximumNumberOfEpochs = 1;
        }) : Model;
        var view = Path.Combine(_folder, "view.idv");
        using (var stream = File.Create(view))
            Ml.Data.SaveAsBinary(Data, stream);
        // TorchSharp tells on the console that it did not find libtorch, before the rows.
        var lines = RunElsewhere(Save(model), view, "Embedding").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var actual = lines.TakeLast((int)Data.GetColumn<string>("Label").LongCount()).Select(line => line.Split(' ').Select(bits => BitConverter.UInt32BitsToSingle(uint.Parse(bits, null))).ToArray()).ToArray();
        // Here, libtorch evaluates the large one.
        Assert.That(actual, large ? Is.EqualTo(Fast.Embeddings(model, Data)).Within(1e-5) : Is.EqualTo(Fast.Embeddings(model, Data)));
    }

    [Test]
    public void Training_without_libtorch_says_what_is_missing()
    {
        var output = RunElsewhere("train");
        var error = output[output.IndexOf("InvalidOperationException: ", StringComparison.Ordinal)..].Trim();
        Assert.That(error, Does.StartWith(
            "InvalidOperationException: Training needs libtorch, which could not be loaded. Reference one of the packages TorchSharp-cpu, "
            + "TorchSharp-cuda-windows or TorchSharp-cuda-linux, of the version that TorchSharp itself has, in the application. What was said: "));
        Assert.That(error.Split('\n'), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_truncated_or_foreign_file_is_refused()
    {
        var file = Save(Model);
        var bytes = File.ReadAllBytes(file);
        foreach (var length in new[] { 0, 10, bytes.Length / 2, bytes.Length - 10 })
        {
            File.WriteAllBytes(file, bytes[..length]);
            Assert.That(() => Ml.Model.Load(file, out _), Throws.Exception.Not.InstanceOf<NullReferenceException>(), $"{length} bytes");
        }
        File.WriteAllText(file, "This is no model.");
        Assert.That(() => Ml.Model.Load(file, out _), Throws.Exception.Not.InstanceOf<NullReferenceException>());
    }

    [Test]
    public void Truncated_weights_are_refused([Values(3, 500)] int missing) => Refused(
        "Weights", bytes => bytes[..^missing], message => message.StartsWith("The safetensors data is damaged: it ends within tensor '", StringComparison.Ordinal));

    [Test]
    public void Weights_of_another_shape_are_refused() => Refused(
        "Options", Text("\"outputDimension\":4", "\"outputDimension\":5"),
        message => message.StartsWith("The weight '", StringComparison.Ordinal) && message.Contains("the encoder's is ["));

    [Test]
    public void A_part_from_a_newer_version_is_named()
    {
        Newer("\"hiddenWidths\"", "\"widthsOfTheFuture\"");
        Newer("\"$type\":\"mlp\"", "\"$type\":\"transformerOfTheFuture\"");

        void Newer(string from, string to) => Refused(
            "Options", bytes => Text(from, to)(Text("\"savedBy\":\"", "\"savedBy\":\"9")(bytes)),
            message => message.StartsWith("The model was saved by version 9", StringComparison.Ordinal)
                && message.Contains("holds a part that version") && message.Contains("Load it with version 9"));
    }

    [TestCase("\"$type\":\"mlp\"", "\"$type\":\"unknown\"")]
    [TestCase("\"$type\":\"mlp\",", "")]
    [TestCase("\"outputDimension\":4", "\"outputDimension\":0")]
    [TestCase("\"dropout\":0", "\"dropout\":7")]
    [TestCase("{", "[")]
    public void Options_that_cannot_be_read_are_refused(string from, string to) => Refused(
        "Options", Text(from, to), message => message.StartsWith("The saved model is damaged: its options cannot be read (", StringComparison.Ordinal));

    private static Func<byte[], byte[]> Text(string from, string to) => bytes =>
    {
        var text = Encoding.UTF8.GetString(bytes);
        Assert.That(text, Does.Contain(from));
        return Encoding.UTF8.GetBytes(text.Replace(from, to));
    };

    private void Refused(string part, Func<byte[], byte[]> change, Predicate<string> message)
    {
        var file = Save(Model);
        using (var zip = ZipFile.Open(file, ZipArchiveMode.Update))
        {
            var entry = zip.Entries.Single(e => e.Name == part);
            using var memory = new MemoryStream();
            using (var stream = entry.Open())
                stream.CopyTo(memory);
            var name = entry.FullName;
            entry.Delete();
            using var written = zip.CreateEntry(name).Open();
            written.Write(change(memory.ToArray()));
        }
        var error = Assert.Catch(() => Ml.Model.Load(file, out _))!;
        Assert.That(Messages(error), Has.Some.Matches<string>(m => message(m!)));

        static IEnumerable<string> Messages(Exception? e)
        {
            for (; e is not null; e = e.InnerException)
                yield return e.Message;
        }
    }

    private string Save(EmbeddingTransformer model)
    {
        var file = Path.Combine(_folder, "model.zip");
        Ml.Model.Save(model, Data.Schema, file);
        return file;
    }

    private string RunElsewhere(params string[] arguments)
    {
        // TorchSharp would look for libtorch in the folder of packages, too.
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Repository.LoadHost, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["NUGET_PACKAGES"] = _folder },
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, errors.Result);
        return output;
    }
}
