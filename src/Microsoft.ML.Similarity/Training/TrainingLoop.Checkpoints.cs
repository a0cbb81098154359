using Microsoft.ML.Runtime;
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
    private const string BestPrefix = "best.";

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
            .. _best.Tensors.Select(tensor => tensor with { Name = BestPrefix + tensor.Name }),
        ];
        return new(
            new CheckpointProgress(_description, _seed, _epoch, _step, _statistics.Count, _bestEpoch, _bestMetric, [.. _epochs], Elapsed, ended),
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
            _best.Restore(tensors.Where(tensor => tensor.Key.StartsWith(BestPrefix, StringComparison.Ordinal)).ToDictionary(tensor => tensor.Key[BestPrefix.Length..], tensor => tensor.Value));
        _channel.Info(MessageSensitivity.None, "Training goes on in epoch {0}, after {1} of its steps.", _epoch, _step);
    }
}
