using Microsoft.ML.Similarity.Augmentation;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Tests.Training;
using Microsoft.ML.Similarity.Trainers;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Trainers;

/// <summary>Pictures changed at random in training.</summary>
public sealed class AugmentationTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly IDataView Data = TrainingData.View(Ml, TrainingData.Blobs(dimension: 64));

    [Test]
    public void The_seed_decides()
    {
        var first = Weights(new RandomAffine());
        Assert.That(Weights(new RandomAffine()), Is.EqualTo(first));
        Assert.That(Weights(new RandomAffine(), seed: 2), Is.Not.EqualTo(first));
        Assert.That(Weights(null), Is.Not.EqualTo(first));
        Assert.That(Weights(new RandomHorizontalFlip { Probability = 0 }), Is.EqualTo(Weights(null)));
    }

    [Test]
    public void Pictures_that_are_always_mirrored_are_learned_from_as_such()
    {
        var always = Fit(Data, null, o => o.Augmentation = new RandomHorizontalFlip { Probability = 1 });
        Assert.That(Fast.WeightBits(always), Is.EqualTo(Fast.WeightBits(Fit(Mirrored(TrainingData.Blobs(dimension: 64)), null, _ => { }))));
    }

    // Trained on pictures that are always mirrored: validation on them mirrored by hand is what it is without the change.
    [Test]
    public void Validation_sees_pictures_as_they_are()
    {
        var (rows, given) = (TrainingData.Blobs(dimension: 64), TrainingData.Blobs(dimension: 64, spread: 2, seed: 2));
        var always = Fit(Data, TrainingData.View(Ml, given), o => o.Augmentation = new RandomHorizontalFlip { Probability = 1 });
        var plain = Fit(Mirrored(rows), TrainingData.View(Ml, given), _ => { });
        Assert.That(Metrics(always), Is.EqualTo(Metrics(plain)));
        Assert.That(Metrics(Fit(Mirrored(rows), Mirrored(given), _ => { })), Is.Not.EqualTo(Metrics(plain)));

        static double?[] Metrics(EmbeddingTransformer model) => [.. model.Summary.Epochs.Select(epoch => epoch.ValidationMetric)];
    }

    [Test]
    public void Memory_is_flat()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Weights(new AugmentationSequence { Steps = [new RandomAffine(), new RandomCrop(), new RandomHorizontalFlip()] });
        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(before));
    }

    [Test]
    public void Rows_that_are_no_pictures_are_refused() =>
        Assert.That(() => Ml.Similarity.Trainers.MetricLearning(new() { Augmentation = new RandomCrop() }), Throws.ArgumentException.With.Message.EqualTo(
            "Augmentation is a RandomCrop, which changes pictures, but Encoder is a MlpEncoder, which does not know rows as pictures. "
            + "Use a ConvNetEncoder or ResNetEncoder, or leave Augmentation null. (Parameter 'Augmentation')"));

    [Test]
    public void Gradient_caching_is_refused() =>
        Assert.That(() => Fit(Data, null, o => o.GradientCacheChunkSize = 4), Throws.ArgumentException.With.Message.StartsWith(
            "GradientCacheChunkSize needs an encoder that embeds each row by itself."));

    private static int[] Weights(ImageAugmentation? augmentation, int seed = 1) => Fast.WeightBits(Fit(Data, null, o =>
    {
        o.Augmentation = augmentation;
        o.Seed = seed;
    }));

    private static IDataView Mirrored(LabelledRow[] rows) => TrainingData.View(
        Ml, [.. rows.Select(row => TrainingData.Row(row.Label, [.. row.Features.Chunk(8).SelectMany(line => line.Reverse())]))]);

    private static EmbeddingTransformer Fit(IDataView data, IDataView? validation, Action<MetricLearningTrainer.Options> change) =>
        Ml.Similarity.Trainers.MetricLearning(Fast.Options(o =>
        {
            o.Encoder = new ConvNetEncoder { Image = new(1, 8, 8), Widths = [3, 4], OutputDimension = 5, StandardizeInputs = false };
            o.MaximumNumberOfEpochs = 2;
            change(o);
        })).Fit(data, validation);
}
