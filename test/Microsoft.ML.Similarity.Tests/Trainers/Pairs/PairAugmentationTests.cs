using Microsoft.ML.Similarity.Augmentation;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Tests.Training;

namespace Microsoft.ML.Similarity.Tests.Trainers.Pairs;

/// <summary>Pairs and triplets of pictures, changed at random in training.</summary>
public sealed class PairAugmentationTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly LabelledRow[] Rows = TrainingData.Blobs(dimension: 64);
    private static readonly PairRow[] Pairs = ExamplePairs.Of(Rows, 40);

    [TestCaseSource(typeof(PairTrainers), nameof(PairTrainers.Kinds))]
    public void Pictures_that_are_always_mirrored_are_learned_from_as_such(string kind)
    {
        var always = Fit(kind, Pairs, new RandomHorizontalFlip { Probability = 1 });
        LabelledRow[] mirrored = [.. Rows.Select(row => TrainingData.Row(row.Label, [.. row.Features.Chunk(8).SelectMany(line => line.Reverse())]))];
        Assert.That(Weights(always), Is.EqualTo(Weights(Fit(kind, ExamplePairs.Of(mirrored, 40), null))));
        Assert.That(Weights(always), Is.Not.EqualTo(Weights(Fit(kind, Pairs, null))));
    }

    // The two pictures of a pair are the same one: only what is done to them tells them apart.
    [Test]
    public void Each_picture_of_a_pair_is_changed_in_its_own_way()
    {
        var twice = ExamplePairs.Matching(Rows, 20);
        foreach (var pair in twice)
            pair.Right = pair.Left;
        Assert.That(Distance(null), Is.Zero.Within(1e-3));
        Assert.That(Distance(new RandomAffine()), Is.GreaterThan(0.01));

        double Distance(ImageAugmentation? augmentation) => Fit("RankedPairs", twice, augmentation).Summary.Epochs[0].MeanPositiveDistance;
    }

    [TestCaseSource(typeof(PairTrainers), nameof(PairTrainers.Kinds))]
    public void Rows_that_are_no_pictures_are_refused(string kind) => Assert.That(
        () => PairTrainers.Create(Ml, kind, change: o => o.Augmentation = new RandomCrop()),
        Throws.ArgumentException.With.Message.StartsWith("Augmentation is a RandomCrop, which changes pictures, but Encoder is a MlpEncoder, "));

    private static PairEmbeddingTransformer Fit(string kind, PairRow[] pairs, ImageAugmentation? augmentation) =>
        PairTrainers.Create(Ml, kind, change: o =>
        {
            o.Encoder = new ConvNetEncoder { Image = new(1, 8, 8), Widths = [3, 4], OutputDimension = 5, StandardizeInputs = false };
            o.Augmentation = augmentation;
            o.MaximumNumberOfEpochs = 2;
            o.ValidationFraction = 0;
        }).Fit(ExamplePairs.View(Ml, pairs));

    private static IEnumerable<float> Weights(PairEmbeddingTransformer model) => model.Model.Weights.Entries.SelectMany(entry => entry.Value.Values);
}
