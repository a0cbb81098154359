using Microsoft.ML.Similarity.Augmentation;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Losses.Memory;
using Microsoft.ML.Similarity.Tests.Losses;
using Microsoft.ML.Similarity.Trainers;
using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Optimization;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Training.Graphs;

public sealed class StepGraphTests
{
    private const string Captured = "Steps are replayed as a CUDA graph.";
    private const string Refused = "Steps are not captured as CUDA graphs: ";

    [Test]
    public void On_the_CPU_steps_are_plain_and_the_log_says_so()
    {
        var (ml, lines) = Context(gpu: null);
        var data = TrainingData.View(ml, TrainingData.Blobs());
        var model = Fast.Fit(ml, data, o => o.UseCudaGraphs = true);
        Assert.That(lines, Has.Exactly(1).Contains(Refused + "they are for GPUs, and training runs on cpu."));
        Assert.That(Fast.WeightBits(model), Is.EqualTo(Fast.WeightBits(Fast.Fit(ml, data))));
    }

    [Test]
    public void On_a_GPU_every_loss_learns_the_same_either_way()
    {
        RequireGpu();
        Assert.Multiple(() =>
        {
            foreach (var loss in LossExamples.Losses)
                Compare($"{loss.GetType().Name}", Pictures(), capture: null, o => o.Loss = loss);
        });
    }

    [Test]
    public void On_a_GPU_all_that_is_random_or_kept_is_captured_and_equal()
    {
        RequireGpu();
        Assert.Multiple(() =>
        {
            Compare("plain", Pictures(), capture: true, _ => { });
            Compare("dropout, batch norm", Pictures(), capture: true, o => o.Encoder = new MlpEncoder { OutputDimension = 4, HiddenWidths = [300], Dropout = 0.3, BatchNorm = true });
            Compare("convolutions, augmentation, clipping", Pictures(), capture: true, o =>
            {
                o.Encoder = new ConvNetEncoder { Image = new(1, 12, 12), Widths = [8, 8], OutputDimension = 4 };
                o.Augmentation = new AugmentationSequence { Steps = [new RandomAffine(), new RandomHorizontalFlip(), new RandomCrop { Padding = 1 }] };
                o.MaximumGradientNorm = 1;
            });
            Compare("LAMB, class vectors, average", Pictures(), capture: true, o => (o.Optimizer, o.Loss, o.WeightAveraging) = (new LambOptimizer(), new ArcFaceLoss(), new ExponentialMovingAverage()));
            Compare("LARS, accumulation", Pictures(), capture: true, o => (o.Optimizer, o.GradientAccumulationSteps) = (new LarsOptimizer(), 2));
            Compare("SGD, unfreezing", Pictures(), capture: true, o => (o.Optimizer, o.ParameterRules) = (new SgdOptimizer(), [new ParameterRule { Prefix = "linear1", FrozenEpochs = 6 }]));
            Compare("bfloat16", Pictures(), capture: true, o => o.Precision = TrainingPrecision.BFloat16);
            Compare("skipping, batch norm", Pictures(), capture: true, o => (o.SkipNonFiniteSteps, o.Encoder) = (true, new MlpEncoder { OutputDimension = 4, HiddenWidths = [8], BatchNorm = true }));
            Compare("skipping, memory", Pictures(), capture: true, o => (o.SkipNonFiniteSteps, o.Loss) = (true, new CrossBatchMemoryLoss { MemorySize = 64 }));
            Compare("from a file", Pictures(), capture: true, o => o.DataMemoryBudget = 0);
            Compare("chunks", Pictures(), capture: false, o => o.GradientCacheChunkSize = 5);
        });
    }

    private static LabelledRow[] Pictures() => TrainingData.Blobs(dimension: 144, rowsPerClass: 20);

    private static void RequireGpu()
    {
        if (!torch.cuda.is_available())
            Assert.Ignore("This machine has no GPU.");
    }

    // Where a weight of the network is added up in another order, trainings drift apart slowly; what is drawn, shown or counted wrongly shows at once.
    private static void Compare(string name, LabelledRow[] rows, bool? capture, Action<MetricLearningTrainer.Options> change)
    {
        var (ml, lines) = Context(gpu: 0);
        var data = TrainingData.View(ml, rows);
        var plain = Fit(ml, data, change, graphs: false);
        var graph = Fit(ml, data, change, graphs: true);
        TestContext.Out.WriteLine($"{name}: {string.Join(" ", lines.Where(line => line.Contains("CUDA graph")).Select(line => line[line.IndexOf("Steps", StringComparison.Ordinal)..]))} {plain[^1]} {graph[^1]}");
        Assert.That(graph, Is.EqualTo(plain).Within(0.02).Percent, name);
        if (capture is { } expected)
            Assert.That(lines.Exists(line => line.Contains(Captured)), Is.EqualTo(expected), name);
    }

    private static double[] Fit(MLContext ml, IDataView data, Action<MetricLearningTrainer.Options> change, bool graphs) =>
        [.. Fast.Fit(ml, data, o =>
        {
            o.MaximumNumberOfEpochs = 12;
            o.Precision = TrainingPrecision.Full;
            o.LearningRate = 1e-4;
            change(o);
            o.UseCudaGraphs = graphs;
        }).Summary.Epochs.Select(epoch => epoch.Loss)];

    private static (MLContext Ml, List<string> Lines) Context(int? gpu)
    {
        var lines = new List<string>();
        var ml = new MLContext { GpuDeviceId = gpu, FallbackToCpu = false };
        ml.Log += (_, e) => lines.Add(e.Message);
        return (ml, lines);
    }
}
