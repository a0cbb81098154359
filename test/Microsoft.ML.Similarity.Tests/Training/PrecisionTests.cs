using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Trainers;
using Microsoft.ML.Similarity.Training;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Training;

public sealed class PrecisionTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [Test]
    public void Bfloat16_learns_nearly_the_same_and_its_weights_are_no_coarser()
    {
        var data = TrainingData.View(Ml, TrainingData.Blobs(dimension: 16));
        foreach (Encoder encoder in (Encoder[])[new MlpEncoder { HiddenWidths = [8], BatchNorm = true }, new ConvNetEncoder { Image = new(1, 4, 4), Widths = [4, 4] }])
        {
            var full = Fit(TrainingPrecision.Full);
            var reduced = Fit(TrainingPrecision.BFloat16);
            var losses = reduced.Summary.Epochs.Select(epoch => epoch.Loss).ToArray();
            Assert.That(losses, Is.EqualTo(full.Summary.Epochs.Select(epoch => epoch.Loss)).Within(3).Percent);
            Assert.That(losses, Is.Not.EqualTo(full.Summary.Epochs.Select(epoch => epoch.Loss)));
            // A bfloat16 has zeros in the lower half of a float32.
            Assert.That(Fast.WeightBits(reduced).Count(bits => (bits & 0xFFFF) != 0), Is.GreaterThan(Fast.WeightBits(reduced).Length / 2));
            // On the CPU the two others are one.
            Assert.That(Fast.WeightBits(Fit(TrainingPrecision.TensorFloat32)), Is.EqualTo(Fast.WeightBits(full)));

            EmbeddingTransformer Fit(TrainingPrecision precision) => Fast.Fit(Ml, data, o => (o.Encoder, o.Precision) = (encoder, precision));
        }
    }

    [Test]
    public void The_switches_of_libtorch_are_set_back()
    {
        var (products, convolutions) = Switches();
        foreach (var precision in Enum.GetValues<TrainingPrecision>())
        {
            using (new PrecisionScope(precision))
                Assert.That(Switches(), Is.EqualTo((precision != TrainingPrecision.Full, precision != TrainingPrecision.Full)));
            Assert.That(Switches(), Is.EqualTo((products, convolutions)));
        }

        static (bool Products, bool Convolutions) Switches() => (torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32);
    }

    [Test]
    [Platform("Linux")]
    public void Convolutions_are_tuned_while_a_training_wants_it()
    {
        // Loads libtorch.
        torch.zeros(1).Dispose();
        using (new ConvolutionTuning())
            Assert.That(ConvolutionTuning.IsOn, Is.True);
        Assert.That(ConvolutionTuning.IsOn, Is.False);
    }

    [Test]
    public void A_precision_that_does_not_exist_is_refused() => Assert.That(
        () => Ml.Similarity.Trainers.MetricLearning(new MetricLearningTrainer.Options { Precision = (TrainingPrecision)7 }),
        Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith("Precision must be one of the values of TrainingPrecision."));
}
