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
}
