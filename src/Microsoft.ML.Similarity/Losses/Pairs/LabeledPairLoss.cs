using Microsoft.ML.Similarity.Distances;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>
/// A loss on labelled embeddings, on pairs that belong together: each pair is a class of its own, and so is each hard negative.
/// </summary>
/// <remarks>
/// The batch becomes one of left rows, right rows and hard negatives; targets do not matter. What belongs to several pairs is its own
/// negative: sample batches without duplicates. Where the loss has no distance it compares directions.
/// </remarks>
public sealed record LabeledPairLoss : PairLoss
{
    /// <summary>The loss; not one that keeps weights for each class, or rows with their labels.</summary>
    /// <exception cref="ArgumentException">It keeps weights for each class, of which there would be one for each pair, or rows with their labels, which are others in every batch.</exception>
    public required Loss Loss
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Loss));
            field = !value.NeedsClasses ? value : throw new ArgumentException(
                $"Loss keeps weights for each class or rows with their labels, got {value.GetType().Name}; on pairs each pair is a class of its own, so it must be one without.", nameof(Loss));
        }
    }

    internal override Distance ComparedBy => Loss.DistanceOrDefault;

    /// <inheritdoc/>
    protected override PairLossModule BuildModule(LossContext? context) => new Module(Loss.CreateModule(context));

    private sealed class Module : PairLossModule
    {
        private readonly LossModule _loss;

        public Module(LossModule loss)
            : base(nameof(LabeledPairLoss)) => register_module("loss", _loss = loss);

        public override LossValue forward(PairBatch input)
        {
            var rows = cat([input.Left, input.Right, .. input.HardNegatives]);
            var pairs = arange(Number(input.Rows), dtype: ScalarType.Int64, device: rows.device);
            var others = arange(Number(input.Rows), Number(rows.shape[0] - input.Rows), dtype: ScalarType.Int64, device: rows.device);
            // All rows of a pair weigh, as anchors, what the pair does.
            var weights = input.Weights?.repeat(2 + input.HardNegatives.Count);
            return _loss.call(new EmbeddedBatch(rows, Relation.FromLabels(cat([pairs, pairs, others])), weights), null);
        }
    }
}
