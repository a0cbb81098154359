using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Tests.Contract;
using Microsoft.ML.Similarity.Tests.Training;

namespace Microsoft.ML.Similarity.Tests.Trainers.Pairs;

public sealed class ContinuedPairTrainingTests
{
    // Too small a rate for any weight to move.
    private const double Still = 1e-15;

    private static readonly MLContext Ml = new(seed: 1);
    private static readonly IDataView First = ExamplePairs.View(Ml, ExamplePairs.Of(TrainingData.Blobs(), 60));
    private static readonly LabelledRow[] Rows = TrainingData.Blobs(seed: 2);
    private static readonly IDataView Second = ExamplePairs.View(Ml, ExamplePairs.Of(Rows, 60, seed: 2));
    private static readonly IDataView Items = ExamplePairs.View(Ml, ExamplePairs.Items(Rows));

    [Test]
    public void It_begins_where_the_model_ended([ValueSource(typeof(PairTrainers), nameof(PairTrainers.Kinds))] string kind, [Values] bool withValidationData)
    {
        var first = PairTrainers.Create(Ml, kind).Fit(First);
        var loaded = (PairEmbeddingTransformer)EstimatorContract.SaveAndLoad(Ml, first, First.Schema, out _);
        Assert.That(Bits(Next(Still).Model), Is.EqualTo(Bits(first.Model)));
        Assert.That(Bits(Next(0.001).Model), Is.Not.EqualTo(Bits(first.Model)));

        PairEmbeddingTransformer Next(double rate)
        {
            var trainer = PairTrainers.Create(Ml, kind, change: o => o.LearningRate = rate);
            return withValidationData ? trainer.Fit(Second, First, loaded.Model) : trainer.Fit(Second, loaded.Model);
        }
    }

    [Test]
    public void It_continues_a_model_of_labelled_rows_with_items()
    {
        var first = Fast.Fit(Ml, TrainingData.View(Ml, TrainingData.Blobs()));
        var next = PairTrainers.Create(Ml, "Triplets", Items, o => o.LearningRate = Still).Fit(Second, first.Model);
        Assert.That(Bits(next.Model), Is.EqualTo(Bits(first.Model)));
    }

    [Test]
    public void Models_that_do_not_fit_are_refused()
    {
        var model = Fast.Fit(Ml, TrainingData.View(Ml, TrainingData.Blobs(dimension: 5))).Model;
        var trainer = PairTrainers.Create(Ml, "RankedPairs");
        Assert.That(
            () => trainer.Fit(Second, model),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith("Schema mismatch for left column 'Left': expected Vector<Single, 5>, got Vector<Single, 6>."));
        Assert.That(
            () => PairTrainers.Create(Ml, "RankedPairs", Items).Fit(Second, model),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith("Schema mismatch for item feature column 'Features': expected Vector<Single, 5>, got Vector<Single, 6>."));
        var other = PairTrainers.Create(Ml, "RankedPairs", change: o => o.Encoder = o.Encoder with { StandardizeInputs = false }).Fit(First).Model;
        Assert.That(
            () => trainer.Fit(Second, First, other),
            Throws.ArgumentException.With.Message.EqualTo(
                "Encoder must be that of the previous model, previousModel.Encoder; its StandardizeInputs is true, the model's false. (Parameter 'previousModel')"));
        Assert.That(() => trainer.Fit(Second, First, null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("previousModel"));
    }

    private static int[] Bits(EmbeddingModel model) => [.. model.Weights.Entries.SelectMany(entry => entry.Value.Values).Select(BitConverter.SingleToInt32Bits)];
}
