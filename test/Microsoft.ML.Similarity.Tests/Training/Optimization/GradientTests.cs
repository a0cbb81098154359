using Microsoft.ML.Similarity.Tests.Trainers.Pairs;
using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Optimization;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Microsoft.ML.Similarity.Tests.Training.Optimization;

/// <summary>What is done to gradients before a step.</summary>
public sealed class GradientTests
{
    private static readonly MLContext Ml = new();

    // 3, 4 and 12 in two groups have the norm 13.
    [TestCase(26, 1)]
    [TestCase(13, 1)]
    [TestCase(6.5, 0.5)]
    [TestCase(1e-3, 1e-3 / 13)]
    public void Gradients_are_scaled_down_to_a_common_norm(double maximum, double factor)
    {
        using var scope = NewDisposeScope();
        var (matrix, vector) = (new Parameter(zeros(1, 2)), new Parameter(zeros(1)));
        using var parameters = new FlatParameters([new("matrix", matrix), new("vector", vector)], decayVectors: false, channelsLast: false);
        (matrix * tensor(new float[] { 3, 4 })).sum().add((vector * tensor(new float[] { 12 })).sum()).backward();
        parameters.ClipGradients(maximum);
        Assert.That(parameters.Groups, Has.Count.EqualTo(2));
        Assert.That(matrix.grad!.data<float>().ToArray(), Is.EqualTo(new[] { 3 * factor, 4 * factor }).Within(1e-6));
        Assert.That(vector.grad!.data<float>().ToArray(), Is.EqualTo(new[] { 12 * factor }).Within(1e-6));
    }

    [Test]
    public void Gradients_of_0_stay_0()
    {
        using var scope = NewDisposeScope();
        using var parameters = new FlatParameters([new("matrix", new Parameter(zeros(1, 2)))], decayVectors: false, channelsLast: false);
        parameters.ClipGradients(1);
        Assert.That(parameters.Groups[0].Gradients.data<float>().ToArray(), Is.All.EqualTo(0f));
    }

    [Test]
    public void Clipping_reaches_the_training()
    {
        var data = TrainingData.View(Ml, TrainingData.Blobs());
        Assert.That(Train(1e6), Is.EqualTo(Train(null)));
        Assert.That(Train(1e-3), Is.Not.EqualTo(Train(null)));

        int[] Train(double? norm) => Fast.WeightBits(Fast.Fit(Ml, data, o =>
        {
            o.Optimizer = new SgdOptimizer();
            o.MaximumGradientNorm = norm;
        }));
    }

    // Pairs are independent of each other, and their loss is a mean.
    [Test]
    public void Accumulated_batches_are_one_larger_batch()
    {
        var view = ExamplePairs.View(Ml, ExamplePairs.Of(TrainingData.Blobs(), 32));
        var two = Train(batchSize: 8, steps: 2);
        Assert.That(two, Is.EqualTo(Train(batchSize: 16, steps: 1)).Within(1e-5));
        Assert.That(two, Is.Not.EqualTo(Train(batchSize: 8, steps: 1)).Within(1e-3));

        float[] Train(int batchSize, int steps)
        {
            var trainer = PairTrainers.Create(Ml, "ContrastivePairs", change: o =>
            {
                o.BatchSize = batchSize;
                o.GradientAccumulationSteps = steps;
                o.ValidationFraction = 0;
                o.LearningRate = 0.01;
            });
            return [.. trainer.Fit(view).Model.Weights.Entries.SelectMany(entry => entry.Value.Values)];
        }
    }

    [Test]
    public void The_batches_left_at_the_end_of_an_epoch_make_a_step_of_their_own()
    {
        var reports = new List<TrainingProgress>();
        var view = ExamplePairs.View(Ml, ExamplePairs.Of(TrainingData.Blobs(), 40));
        PairTrainers.Create(Ml, "ContrastivePairs", change: o =>
        {
            o.BatchSize = 8;
            o.GradientAccumulationSteps = 2;
            o.ValidationFraction = 0;
            o.Progress = new Receiver<TrainingProgress>(reports.Add);
        }).Fit(view);
        Assert.That(reports.Select(report => report.StepsInEpoch), Is.All.EqualTo(3));
    }
}
