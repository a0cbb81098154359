using Microsoft.ML.Similarity.Augmentation;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Trainers;
using Microsoft.ML.Similarity.Training.Optimization;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Training;

public sealed class DeviceTests
{
    private static readonly LabelledRow[] Rows = TrainingData.Blobs();

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(int.MaxValue)]
    public void A_GPU_that_is_not_there_is_an_error_or_by_leave_the_CPU(int index)
    {
        if (torch.cuda.is_available())
            Assert.Ignore("This machine has a GPU.");
        const string reason = "no CUDA device is available (a GPU needs NVIDIA's driver and TorchSharp-cuda-windows or TorchSharp-cuda-linux)";
        var strict = new MLContext { GpuDeviceId = index, FallbackToCpu = false };
        Assert.That(
            () => Fast.Fit(strict, TrainingData.View(strict, Rows)),
            Throws.InvalidOperationException.With.Message.EqualTo(
                $"GpuDeviceId is {index}, but {reason}. Set FallbackToCpu = true to train on the CPU instead, or GpuDeviceId = null."));

        var lines = new List<string>();
        var lenient = new MLContext { GpuDeviceId = index, FallbackToCpu = true };
        lenient.Log += (_, e) => lines.Add(e.Message);
        Assert.That(Fast.Fit(lenient, TrainingData.View(lenient, Rows)).Summary.Device, Is.EqualTo("cpu"));
        Assert.That(lines, Has.Exactly(1).Contains($"GpuDeviceId is {index}, but {reason}: running on the CPU."));
    }

    [TestCase(-1)]
    [TestCase(1000)]
    public void A_GPU_beyond_those_there_is_named(int index)
    {
        if (!torch.cuda.is_available())
            Assert.Ignore("This machine has no GPU.");
        var ml = new MLContext { GpuDeviceId = index, FallbackToCpu = false };
        Assert.That(
            () => Fast.Fit(ml, TrainingData.View(ml, Rows)),
            Throws.InvalidOperationException.With.Message.StartsWith($"GpuDeviceId is {index}, but the CUDA devices here are 0 to {torch.cuda.device_count() - 1}."));
    }

    [Test]
    public void A_GPU_trains()
    {
        if (!torch.cuda.is_available())
            Assert.Ignore("This machine has no GPU.");
        var ml = new MLContext { GpuDeviceId = 0, FallbackToCpu = false };
        var data = TrainingData.View(ml, Rows);
        var model = Fast.Fit(ml, data, o => o.MaximumNumberOfEpochs = 20);
        Assert.That(model.Summary.Device, Is.EqualTo("cuda:0"));
        var cpu = Fast.Fit(new MLContext(), data, o => o.MaximumNumberOfEpochs = 20);
        Assert.That(model.Summary.Epochs[^1].Loss, Is.EqualTo(cpu.Summary.Epochs[^1].Loss).Within(0.05));
    }

    [Test]
    public void A_GPU_trains_with_all_that_is_random()
    {
        if (!torch.cuda.is_available())
            Assert.Ignore("This machine has no GPU.");
        var ml = new MLContext { GpuDeviceId = 0, FallbackToCpu = false };
        var pictures = TrainingData.View(ml, TrainingData.Blobs(dimension: 144, rowsPerClass: 20));
        Action<MetricLearningTrainer.Options>[] trainings =
        [
            o => o.Encoder = new MlpEncoder { OutputDimension = 4, HiddenWidths = [300], Dropout = 0.3, BatchNorm = true },
            o =>
            {
                o.Encoder = new ConvNetEncoder { Image = new(1, 12, 12), Widths = [8, 8], OutputDimension = 4 };
                o.Augmentation = new AugmentationSequence { Steps = [new RandomAffine(), new RandomHorizontalFlip(), new RandomCrop { Padding = 1 }] };
            },
            o => (o.Optimizer, o.Loss, o.WeightAveraging) = (new LambOptimizer(), new ArcFaceLoss(), new ExponentialMovingAverage()),
            o => (o.Optimizer, o.MaximumGradientNorm, o.GradientAccumulationSteps) = (new LarsOptimizer(), 1, 2),
        ];
        foreach (var change in trainings)
        {
            var model = Fast.Fit(ml, pictures, change);
            Assert.That(model.Summary.Epochs.Select(epoch => epoch.Loss), Is.All.GreaterThan(0));
            Assert.That(Fast.Embeddings(model, pictures).SelectMany(row => row), Is.All.InRange(-1.001f, 1.001f));
        }
    }
}
