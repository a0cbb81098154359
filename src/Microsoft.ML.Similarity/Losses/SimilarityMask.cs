using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>Log-sums of exponentials over some of a row's entries, with finite values and gradients where there are none.</summary>
internal static class SimilarityMask
{
    // Far below any logit, yet finite in float32: a row without entries gives this, with gradient 0 once it is masked.
    private const double Nothing = -1e30;

    /// <summary>log Σ exp over the entries selected, row by row.</summary>
    /// <param name="logits">[B, n].</param>
    /// <param name="selected">[B, n] Booleans.</param>
    /// <returns>[B]; about -1e30 for a row that has no entry.</returns>
    public static Tensor LogSumExp(Tensor logits, Tensor selected) => logits.masked_fill(selected.logical_not(), Number(Nothing)).logsumexp(1);

    /// <summary>The logarithm of each entry's share of Σ exp over the entries selected, row by row.</summary>
    /// <param name="logits">[B, n].</param>
    /// <param name="selected">[B, n] Booleans.</param>
    /// <returns>[B, n]; finite, and without meaning, for the entries of a row that has none selected.</returns>
    public static Tensor LogSoftmax(Tensor logits, Tensor selected) => logits.where(selected, full(Array.Empty<long>(), Number(Nothing), dtype: logits.dtype, device: logits.device)).log_softmax(1);

    /// <summary>The entries selected, and 0 in place of the others: what is infinite there is not multiplied.</summary>
    public static Tensor Keep(Tensor entries, Tensor selected) => entries.where(selected, zeros(Array.Empty<long>(), dtype: entries.dtype, device: entries.device));

    /// <summary>log Σ exp over all entries but some, row by row.</summary>
    /// <param name="logits">[B, n].</param>
    /// <param name="others">[B, m] the places of the entries left out, fewer than n.</param>
    /// <returns>[B].</returns>
    public static Tensor LogSumExpWithout(Tensor logits, Tensor others) =>
        logits.scatter(1, others, full_like(others, Number(Nothing), dtype: logits.dtype)).logsumexp(1);

    /// <summary>log(1 + Σ exp) over the entries selected, row by row.</summary>
    /// <returns>[B]; exactly 0 for a row that has no entry.</returns>
    public static Tensor LogOnePlusSumExp(Tensor logits, Tensor selected) => Softplus(LogSumExp(logits, selected));

    /// <summary>log(1 + exp(x)), without overflow.</summary>
    public static Tensor Softplus(Tensor x) => x.softplus(1, 20);
}
