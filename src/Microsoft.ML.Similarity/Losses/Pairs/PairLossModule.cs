using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>The computing part of a <see cref="PairLoss"/>; its state, if any, is saved and moved like an encoder's.</summary>
public abstract class PairLossModule(string name) : nn.Module<PairBatch, LossValue>(name)
{
    /// <summary>The loss of a batch.</summary>
    /// <param name="input">The aligned embeddings.</param>
    public abstract override LossValue forward(PairBatch input);

    /// <summary>The mean of the losses of pairs or triplets, weighted by the pairs' weights.</summary>
    /// <param name="batch">The pairs.</param>
    /// <param name="losses">[B] or [n, B].</param>
    private protected static LossValue Mean(PairBatch batch, Tensor losses) =>
        new(WeightedMean(batch, losses), LossValue.Active(losses, ones_like(losses.detach(), ScalarType.Bool)));

    /// <summary>As <see cref="Mean"/>, the value alone; exactly 0 where all weights are.</summary>
    private protected static Tensor WeightedMean(PairBatch batch, Tensor losses)
    {
        if (batch.Weights is null)
            return losses.mean();
        var weights = batch.Weights.to(losses.dtype).expand_as(losses);
        var total = weights.sum();
        return (losses * weights).sum() / total.masked_fill(total.eq(Zero), One);
    }

    /// <summary>[B] what the loss of each pair counts in the mean of all.</summary>
    private protected static Tensor Shares(PairBatch batch)
    {
        var weights = batch.Weights?.to(batch.Left.dtype) ?? ones(batch.Rows, dtype: batch.Left.dtype, device: batch.Left.device);
        var total = weights.sum();
        return weights / total.masked_fill(total.eq(Zero), One);
    }

    /// <summary>A loss that never ends, so that all its pairs are active.</summary>
    private protected static LossValue AllActive(Tensor value) => new(value, ones_like(value.detach()));

    /// <summary>Exactly 0, from a batch in which there is nothing to learn.</summary>
    private protected static LossValue Nothing(PairBatch batch)
    {
        var value = (batch.Left * Zero).sum() + (batch.Right * Zero).sum();
        return new(value, zeros_like(value.detach()));
    }
}
