using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// Each proxy is an anchor that draws the rows of its class and pushes away all others, hard ones more.
/// </summary>
/// <remarks>
/// The mean of log(1 + Σ exp(-α(s - δ))) over the proxies with rows of their class in the batch, plus the mean of log(1 + Σ exp(α(s + δ))) over all proxies,
/// s the cosine. Kim et al., "Proxy Anchor Loss for Deep Metric Learning" (2020).
/// </remarks>
public sealed record ProxyAnchorLoss : ClassWeightLoss
{
    /// <summary>δ, at least 0. Default 0.1, the paper's.</summary>
    public double Margin { get; init => field = AtLeast(value, 0, nameof(Margin)); } = 0.1;

    /// <summary>α, above 0. Default 32, the paper's.</summary>
    public double Alpha { get; init => field = Above(value, 0, nameof(Alpha)); } = 32;

    // As the paper's own code: Kaiming's normal distribution over the fan-out.
    internal override void Initialize(Tensor weights, Generator generator) => weights.normal_(0, Math.Sqrt(2.0 / weights.shape[0]), generator);

    internal override LossValue Compute(EmbeddedBatch batch, Tensor weights, Tensor target)
    {
        var cosine = Cosine(batch, weights).t();
        var own = target.t();
        var pull = SimilarityMask.LogOnePlusSumExp((Number(Margin) - cosine) * Number(Alpha), own);
        var push = SimilarityMask.LogOnePlusSumExp((cosine + Number(Margin)) * Number(Alpha), own.logical_not());
        var reducer = Reducer ?? new MeanReducer();
        // Proxies, not rows, are the anchors here: weights of rows do not apply.
        return new(
            reducer.Reduce(pull, own.any(1), null) + reducer.Reduce(push, ones_like(push, ScalarType.Bool), null),
            LossValue.Active(push, ones_like(push, ScalarType.Bool)));
    }
}
