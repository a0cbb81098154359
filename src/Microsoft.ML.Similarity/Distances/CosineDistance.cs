using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Distances;

/// <summary>1 - cos: 0 for equal directions, 1 for right angles and to a row of zeros, 2 for opposite directions.</summary>
public sealed record CosineDistance : Distance
{
    /// <inheritdoc/>
    public override Tensor Pairwise(Tensor left, Tensor right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return One - UnitRows.Of(left).matmul(UnitRows.Of(right).t());
    }
}
