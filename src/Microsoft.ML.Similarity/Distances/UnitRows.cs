using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Distances;

/// <summary>Scales rows to length 1.</summary>
internal static class UnitRows
{
    private const double SmallestNorm = 1e-12;

    /// <param name="rows">[n, d].</param>
    /// <returns>
    /// [n, d]; a row of zeros, which has no direction, stays as it is. Its gradient is handed on as it comes:
    /// dividing by a smallest norm instead would multiply it by 1e12, and one such row would undo the training.
    /// </returns>
    public static Tensor Of(Tensor rows)
    {
        var norms = linalg.vector_norm(rows, ord: 2, dims: [1], keepdim: true);
        // 1 more than such a norm is 1.
        return rows / (norms + (norms.detach() <= Number(SmallestNorm)));
    }
}
