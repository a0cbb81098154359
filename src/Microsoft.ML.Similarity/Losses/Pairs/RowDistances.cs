using Microsoft.ML.Similarity.Distances;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>Distances of aligned rows.</summary>
internal static class RowDistances
{
    // Rows compared all with all where a distance offers nothing else: few, since only the diagonal is of use.
    private const long BlockRows = 32;

    /// <returns>[B], in O(B·d) memory; of equal rows 0 with gradient 0.</returns>
    public static Tensor Of(Distance distance, Tensor left, Tensor right) => distance switch
    {
        CosineDistance => One - (UnitRows.Of(left) * UnitRows.Of(right)).sum(1),
        EuclideanDistance { Normalize: true } => Euclidean(UnitRows.Of(left), UnitRows.Of(right)),
        EuclideanDistance => Euclidean(left, right),
        _ => Diagonal(distance, left, right),
    };

    // The derivative of a norm at 0 is taken as 0.
    private static Tensor Euclidean(Tensor left, Tensor right) => linalg.vector_norm(left - right, ord: 2, dims: [1]);

    private static Tensor Diagonal(Distance distance, Tensor left, Tensor right)
    {
        var blocks = new List<Tensor>();
        for (var start = 0L; start < left.shape[0]; start += BlockRows)
        {
            var count = Math.Min(BlockRows, left.shape[0] - start);
            blocks.Add(distance.Pairwise(left.narrow(0, start, count), right.narrow(0, start, count)).diagonal());
        }
        return cat(blocks);
    }
}
