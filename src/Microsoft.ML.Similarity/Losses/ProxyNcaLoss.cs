using Microsoft.ML.Similarity.Distances;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// Each row should pick, as a random neighbour among the proxies of all classes, the one of its own class.
/// </summary>
/// <remarks>
/// Cross entropy over -s·d²(row, proxy), by default squared Euclidean distances of directions; the mean over the rows. Movshovitz-Attias et al., "No Fuss
/// Distance Metric Learning using Proxies" (2017), with the proxy of the own class in the denominator as in Teh et al., "ProxyNCA++" (2020).
/// </remarks>
public sealed record ProxyNcaLoss : ClassWeightLoss
{
    /// <summary>s, above 0. Default 1; ProxyNCA++ uses 9 to 32.</summary>
    public double SoftmaxScale { get; init => field = Above(value, 0, nameof(SoftmaxScale)); } = 1;

    internal override Distance DefaultDistance(bool normalize) => new SquaredEuclideanDistance { Normalize = normalize };

    internal override LossValue Compute(EmbeddedBatch batch, Tensor weights, Tensor target)
    {
        return CrossEntropy(batch, DistanceOrDefault.Pairwise(batch.Embeddings, weights) * Number(-SoftmaxScale), target);
    }
}
