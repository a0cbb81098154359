using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Persistence;
using Microsoft.ML.Similarity.Tensors;
using Microsoft.ML.Similarity.Training.Checkpoints;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

// What of the loop goes into a checkpoint, and comes from one.
internal sealed partial class TrainingLoop
{
    private const string RandomnessName = "randomness";
    private const string AugmentationName = "randomness.augmentation";
    private const string BestEncoder = "best.encoder.";
    private const string BestLoss = "best.loss.";

    private IEnumerable<KeyValuePair<string, Tensor>> State =>
    [
        .. _encoder.state_dict().Select(entry => KeyValuePair.Create($"encoder.{entry.Key}", entry.Value)),
        .. _loss.state_dict().Select(entry => KeyValuePair.Create($"loss.{entry.Key}", entry.Value)),
        .. _updates.State,
        .. _rates.State,
        .. _statistics.State,
    ];

    private Checkpoint CreateCheckpoint(StopReason? ended)
    {
        using var scope = NewDisposeScope();
        IEnumerable<SafetensorsTensor> tensors =
        [
            .. State.Select(entry => TensorCopies.Of(entry.Key, entry.Value)),
            TensorCopies.Of(RandomnessName, _randomness.get_state()),
            .. _augmenter is null ? [] : new[] { TensorCopies.Of(AugmentationName, _augmenter.Randomness.get_state()) },
            .. _best?.Weights.Entries.Select(entry => new SafetensorsTensor(BestEncoder + entry.Key, SafetensorsType.F32, entry.Value.Shape, entry.Value.Values)) ?? [],
            .. _best?.LossState?.Tensors.Select(tensor => tensor with { Name = BestLoss + tensor.Name }) ?? [],
        ];
        return new(
            new CheckpointProgress(_description, _seed, _epoch, _step, _statistics.Count, _bestEpoch, _bestMetric, [.. _epochs], [.. _objective.Classes], Elapsed, ended),
            tensors.ToDictionary(tensor => tensor.Name));
    }

    private void Restore(Checkpoint checkpoint)
    {
        var (progress, tensors) = (checkpoint.Progress, checkpoint.Tensors);
        using var scope = NewDisposeScope();
        _statistics.Begin(progress.BatchesSeen);
        foreach (var (name, target) in State)
            tensors[name].CopyTo(target);
        _randomness.set_state(tensors[RandomnessName].ToTensor());
        _augmenter?.Randomness.set_state(tensors[AugmentationName].ToTensor());
        (_epoch, _step) = (progress.Epoch, progress.Step);
        (_bestEpoch, _bestMetric, _elapsedBefore, _ended) = (progress.BestEpoch, progress.BestMetric, progress.Elapsed, progress.Ended);
        _epochs.AddRange(progress.Epochs);
        if (_bestEpoch > 0)
        {
            var weights = new EncoderWeights(Named(BestEncoder).Select(tensor => KeyValuePair.Create(tensor.Name, new EncoderWeights.Entry(tensor.Shape, (float[])tensor.Values))));
            _best = new EmbeddingModel(_settings.Encoder, _objective.Features.Dimension, weights, LossState.Of(Named(BestLoss), progress.Classes));
        }
        _channel.Info(MessageSensitivity.None, "Training goes on in epoch {0}, after {1} of its steps.", _epoch, _step);

        IEnumerable<SafetensorsTensor> Named(string prefix) => tensors.Values
            .Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(tensor => tensor with { Name = tensor.Name[prefix.Length..] });
    }
}
