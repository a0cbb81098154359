using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Training.Optimization;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>One step of a training: from the examples of its batches to moved weights. It does not wait for the device.</summary>
/// <param name="objective">Gives the rows and the loss.</param>
/// <param name="encoder">In training mode.</param>
/// <param name="augmenter">Changes rows before they are embedded; or null.</param>
/// <param name="updates">Moves the weights.</param>
/// <param name="statistics">Takes what each batch gave.</param>
/// <param name="chunkSize">The rows embedded with activations at once, or null for all of a batch.</param>
internal sealed class TrainingStep(
    Objective objective, EncoderModule encoder, Augmenter? augmenter, WeightUpdates updates, BatchStatistics statistics, int? chunkSize)
{
    /// <summary>Moves the weights once.</summary>
    /// <param name="examples">Those of all its batches, one after another.</param>
    /// <param name="batchSize">The examples of a batch.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="feed">Gives the rows of whole batches, the next ones; null to gather them.</param>
    public void Run(ReadOnlySpan<int> examples, int batchSize, double learningRate, BatchFeed? feed)
    {
        updates.SetLearningRate(learningRate);
        updates.ZeroGradients();
        for (var start = 0; start < examples.Length; start += batchSize)
        {
            using var scope = NewDisposeScope();
            var batch = TrainingBatch.Of(examples.Slice(start, batchSize).ToArray(), statistics.Device);
            if (feed is not null)
                batch = batch with { Features = objective.Features.Upload(feed.Next()) };
            var loss = GradientCache.Backward(encoder, objective, batch, chunkSize, augmenter);
            updates.Observe(loss.Loss.Value);
            statistics.Add(loss);
        }
        updates.Step(examples.Length / batchSize);
    }
}
