using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>The computing part of a <see cref="PairLoss"/>; its state, if any, is saved and moved like an encoder's.</summary>
public abstract class PairLossModule(string name) : nn.Module<PairBatch, LossValue>(name)
{
    /// <summary>The loss of a batch.</summary>
    /// <param name="input">The aligned embeddings.</param>
    public abstract override LossValue forward(PairBatch input);

    /// <summary>The mean of the losses of pairs or triplets.</summary>
    private protected static LossValue Mean(Tensor losses) =>
        new(losses.mean(), LossValue.Active(losses, ones_like(losses.detach(), ScalarType.Bool)));

    /// <summary>A loss that never ends, so that all its pairs are active.</summary>
    private protected static LossValue AllActive(Tensor value) => new(value, ones_like(value.detach()));

    /// <summary>Exactly 0, from a batch in which there is nothing to learn.</summary>
    private protected static LossValue Nothing(PairBatch batch)
    {
        var value = (batch.Left * Zero).sum() + (batch.Right * Zero).sum();
        return new(value, zeros_like(value.detach()));
    }
}
