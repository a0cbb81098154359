using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>The loss of scores that should be in the order of gold scores.</summary>
internal static class RankedScores
{
    /// <summary>log(1 + Σ exp(s_i - s_j)) over all i, j of which j has the higher gold score.</summary>
    /// <param name="scores">[B] with gradient.</param>
    /// <param name="gold">[B] of any type, compared as it is.</param>
    /// <returns>Exactly 0 where all gold scores are equal.</returns>
    public static LossValue Loss(Tensor scores, Tensor gold)
    {
        var lower = gold.unsqueeze(1) < gold.unsqueeze(0);
        var differences = scores.unsqueeze(1) - scores.unsqueeze(0);
        var value = SimilarityMask.LogOnePlusSumExp(differences.reshape(1, -1), lower.reshape(1, -1)).sum();
        return new(value, (value.detach() > Zero).to(scores.dtype));
    }
}
