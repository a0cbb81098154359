using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Tests.Contract;
using Microsoft.ML.Similarity.Tests.Neighbors;
using Microsoft.ML.Similarity.Tests.Training;

namespace Microsoft.ML.Similarity.Tests.Embedding;

public sealed class EmbeddingTransformerTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly LabelledRow[] Rows = TrainingData.Blobs(rowsPerClass: 600);   // more than a batch
    private static readonly IDataView Data = TrainingData.View(Ml, Rows);
    private static readonly EmbeddingTransformer Model = Fast.Fit(Ml, TrainingData.View(Ml, Rows[..200]));

    [Test]
    public void A_row_that_is_not_finite_gets_NaN_and_its_neighbours_do_not()
    {
        var rows = Array.ConvertAll(Rows, row => TrainingData.Row(row.Label, [.. row.Features]));
        rows[1].Features[5] = float.NaN;
        rows[1500].Features[0] = float.NegativeInfinity;
        var expected = Fast.Embeddings(Model, Data);
        var actual = Fast.Embeddings(Model, TrainingData.View(Ml, rows));
        using var engine = Ml.Model.CreatePredictionEngine<LabelledRow, Embedded>(Model, Data.Schema);
        for (var i = 0; i < rows.Length; i++)
        {
            if (i is 1 or 1500)
                Assert.That(actual[i], Has.Length.EqualTo(4).And.All.NaN);
            else if (!actual[i].AsSpan().SequenceEqual(expected[i]))
                Assert.Fail($"row {i} changed");
            if (i % 100 is 0 or 1)
                Assert.That(engine.Predict(rows[i]).Embedding, Is.EqualTo(actual[i]), $"the engine, row {i}");
        }
    }

    [Test]
    public void Other_columns_pass_through_under_several_cursors()
    {
        var view = Model.Transform(Data);
        var expected = ViewSnapshot.Take(Data);
        var output = ViewSnapshot.Take(view);
        Assert.That(output.Count, Is.EqualTo(Rows.Length));
        for (var row = 0; row < output.Count; row += 7)
            Assert.That(output[row].Take(expected[row].Count), Is.EqualTo(expected[row]));
        RowContract.Holds(view, output, 0, "the view");
    }

    [Test]
    public void Images_pass_through()
    {
        using var image = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Bgra32, [1, 2, 3, 255, 5, 6, 7, 255]);
        var rows = Ml.Data.LoadFromEnumerable(Enumerable.Range(0, 3).Select(i => new Picture { Image = image, Features = [i, 1, 2, 3, 4, 5] }));
        var view = Model.Transform(rows);
        using var cursor = view.GetRowCursor(view.Schema);
        var getter = cursor.GetGetter<MLImage>(view.Schema["Image"]);
        var count = 0;
        for (; cursor.MoveNext(); count++)
        {
            MLImage copy = null!;
            getter(ref copy);
            Assert.That(copy.Pixels.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3, 255, 5, 6, 7, 255 }));
            copy.Dispose();   // it is the reader's own
        }
        Assert.That(count, Is.EqualTo(3));
    }

    [Test]
    public void Annotations_tell_whether_embeddings_are_normalised([Values] bool normalize)
    {
        var model = Fast.Fit(Ml, TrainingData.View(Ml, Rows[..40]), o => o.Encoder = new LinearEncoder { OutputDimension = 3, L2Normalize = normalize });
        var column = model.GetOutputSchema(Data.Schema)["Embedding"];
        Assert.That(column.Annotations.Schema.Select(a => a.Name), Is.EqualTo(normalize ? new[] { "IsNormalized" } : []));
        Assert.That(column.IsNormalized(), Is.EqualTo(normalize));
        var lengths = Fast.Embeddings(model, Data).Select(e => Math.Sqrt(e.Sum(v => (double)v * v)));
        Assert.That(lengths, normalize ? Is.All.EqualTo(1).Within(1e-5) : Has.Some.Not.EqualTo(1).Within(0.1));
    }

    [Test]
    public void Sparse_rows_give_the_same_to_the_bit()
    {
        var sparse = Ml.Data.LoadFromEnumerable(Examples.Clusters(c => c, sparse: true));
        var model = Fast.Fit(Ml, sparse);
        var dense = Ml.Data.LoadFromEnumerable(Examples.Clusters(c => c, sparse: true).Select(r => Examples.At(r.Label, [.. r.Features.DenseValues()])));
        Assert.That(Fast.Embeddings(model, sparse), Is.EqualTo(Fast.Embeddings(model, dense)));
    }

    [Test]
    public void The_summary_survives_saving()
    {
        var loaded = (EmbeddingTransformer)EstimatorContract.SaveAndLoad(Ml, Model, Data.Schema, out _);
        Assert.That(loaded.Summary with { Epochs = [] }, Is.EqualTo(Model.Summary with { Epochs = [] }).Using<Similarity.Training.TrainingSummary>(
            (a, b) => (a with { Epochs = b.Epochs }) == b));
        Assert.That(loaded.Summary.Epochs, Is.EqualTo(Model.Summary.Epochs));
        Assert.That(loaded.Model.Encoder, Is.EqualTo(Model.Model.Encoder));
        Assert.That((loaded.FeatureColumnName, loaded.OutputColumnName, loaded.Model.InputDimension), Is.EqualTo(("Features", "Embedding", 6)));
        Assert.That(Fast.WeightBits(loaded), Is.EqualTo(Fast.WeightBits(Model)));
    }

    private sealed class Embedded
    {
        public float[] Embedding { get; set; } = [];
    }

    private sealed class Picture
    {
        [Microsoft.ML.Transforms.Image.ImageType(1, 2)]
        public MLImage Image { get; set; } = null!;

        [VectorType(6)]
        public float[] Features { get; set; } = [];
    }
}
