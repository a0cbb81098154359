using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Tests.Contract;
using Microsoft.ML.Similarity.Tests.Training;

namespace Microsoft.ML.Similarity.Tests.Embedding;

/// <summary>The first values of an embedding, as a transformer of its own.</summary>
public sealed class TruncateTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly LabelledRow[] Rows = TrainingData.Blobs();
    private static readonly IDataView Data = TrainingData.View(Ml, Rows);

    private static readonly Encoder[] Encoders =
    [
        new LinearEncoder { OutputDimension = 5 }, new LinearEncoder { OutputDimension = 5, L2Normalize = false, StandardizeInputs = false },
        new MlpEncoder { OutputDimension = 5, HiddenWidths = [8, 7], BatchNorm = true }, new MlpEncoder { OutputDimension = 5, LinearShortcut = false },
        new MlpEncoder { OutputDimension = 5, L2Normalize = false }, new MlpEncoder { OutputDimension = 5, HiddenWidths = [] },
    ];

    [Test]
    public void Embeddings_are_the_first_values_of_the_whole_ones([ValueSource(nameof(Encoders))] Encoder encoder, [Values(1, 3, 5)] int dimension)
    {
        var model = Fast.Fit(Ml, Data, o => o.Encoder = encoder);
        var whole = Fast.Embeddings(model, Data);
        var cut = model.Truncate(dimension);
        AssertPrefixes(Fast.Embeddings(cut, Data), whole, dimension, encoder.L2Normalize);
        Assert.That(Fast.Embeddings(model, Data), Is.EqualTo(whole), "the whole one is as it was");

        var loaded = (EmbeddingTransformer)EstimatorContract.SaveAndLoad(Ml, cut, Data.Schema, out _);
        Assert.That(Fast.Embeddings(loaded, Data), Is.EqualTo(Fast.Embeddings(cut, Data)));
        Assert.That(loaded.Model.Encoder, Is.EqualTo(encoder with { OutputDimension = dimension }));
        Assert.That((loaded.FeatureColumnName, loaded.OutputColumnName), Is.EqualTo((model.FeatureColumnName, model.OutputColumnName)));
        Assert.That(loaded.GetOutputSchema(Data.Schema)["Embedding"].Type, Is.EqualTo(new VectorDataViewType(NumberDataViewType.Single, dimension)));
        Assert.That(loaded.GetOutputSchema(Data.Schema)["Embedding"].IsNormalized(), Is.EqualTo(encoder.L2Normalize));

        using var engine = Ml.Model.CreatePredictionEngine<LabelledRow, Embedded>(loaded, Data.Schema);
        var expected = Fast.Embeddings(cut, Data);
        for (var i = 0; i < Rows.Length; i += 5)
            Assert.That(engine.Predict(Rows[i]).Embedding, Is.EqualTo(expected[i]), $"the engine, row {i}");
    }

    [Test]
    public void A_cut_one_can_be_cut_again()
    {
        var model = Fast.Fit(Ml, Data);
        Assert.That(Fast.WeightBits(model.Truncate(3).Truncate(2)), Is.EqualTo(Fast.WeightBits(model.Truncate(2))));
        Assert.That(Fast.WeightBits(model.Truncate(4)), Is.EqualTo(Fast.WeightBits(model)));
    }

    [Test]
    public void A_large_network_is_cut_for_libtorch_too()
    {
        var data = TrainingData.View(Ml, TrainingData.Blobs(classes: 2, rowsPerClass: 6, dimension: 2048));
        var model = Fast.Fit(Ml, data, o =>
        {
            o.Encoder = new MlpEncoder { HiddenWidths = [2048], OutputDimension = 64 };
            o.MaximumNumberOfEpochs = 1;
        });
        using var cut = model.Truncate(48);
        AssertPrefixes(Fast.Embeddings(cut, data), Fast.Embeddings(model, data), 48, normalized: true);
        model.Dispose();
    }

    [Test]
    public void Other_columns_pass_through()
    {
        var view = Fast.Fit(Ml, Data).Truncate(2).Transform(Data);
        var output = ViewSnapshot.Take(view);
        var expected = ViewSnapshot.Take(Data);
        for (var row = 0; row < output.Count; row++)
            Assert.That(output[row].Take(expected[row].Count), Is.EqualTo(expected[row]));
        RowContract.Holds(view, output, 0, "the view");
    }

    [Test]
    public void A_prefix_trained_for_is_better_than_one_that_is_not()
    {
        var rows = TrainingData.Digits;
        var training = TrainingData.View(Ml, [.. rows.Where((_, i) => i % 3 != 0)]);
        var heldOut = TrainingData.View(Ml, [.. rows.Where((_, i) => i % 3 == 0)]);
        var plain = Score(new MultiSimilarityLoss());
        var matryoshka = Score(new MatryoshkaLoss { Inner = new MultiSimilarityLoss(), Dimensions = [4, 64] });
        TestContext.Out.WriteLine($"MAP@R of 4 of 64 values: {plain:F3}, trained for {matryoshka:F3}");
        Assert.That(matryoshka, Is.GreaterThan(plain + 0.05));

        double Score(Loss loss)
        {
            var model = Ml.Similarity.Trainers.MetricLearning(new() { Loss = loss, MaximumNumberOfEpochs = 15, Seed = 1 }).Fit(training);
            return Ml.Similarity.EvaluateRetrieval(model.Truncate(4).Transform(heldOut), "Label", "Embedding").MeanAveragePrecisionAtR;
        }
    }

    [TestCase(0)]
    [TestCase(5)]
    public void A_size_there_is_not_is_refused(int dimension) => Assert.That(() => Fast.Fit(Ml, Data).Truncate(dimension),
        Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.EqualTo(
            $"dimension must be at least 1 and at most 4, the values of an embedding. (Parameter 'dimension'){Environment.NewLine}Actual value was {dimension}."));

    private static void AssertPrefixes(float[][] actual, float[][] whole, int dimension, bool normalized)
    {
        Assert.That(actual, Has.Length.EqualTo(whole.Length));
        for (var row = 0; row < actual.Length; row++)
        {
            var prefix = whole[row][..dimension];
            var length = normalized ? Math.Sqrt(prefix.Sum(x => (double)x * x)) : 1;
            Assert.That(actual[row], Is.EqualTo(prefix.Select(x => (float)(x / length))).Within(1e-5), $"row {row}");
        }
    }

    private sealed class Embedded
    {
        public float[] Embedding { get; set; } = [];
    }
}
