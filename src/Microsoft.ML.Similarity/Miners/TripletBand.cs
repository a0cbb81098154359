using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Miners;

/// <summary>A condition on triplets: <see cref="Above"/> &lt; d(a,n) - d(a,p) ≤ <see cref="UpTo"/>.</summary>
public sealed class TripletBand : TripletCondition
{
    internal TripletBand(Tensor distances, double above, double upTo)
    {
        Distances = distances;
        Above = above;
        UpTo = upTo;
    }

    /// <summary>[B, R] distances the condition is about.</summary>
    public Tensor Distances { get; }

    /// <summary>The bound that d(a,n) - d(a,p) must exceed; negative infinity for none.</summary>
    public double Above { get; }

    /// <summary>The bound that d(a,n) - d(a,p) must not exceed.</summary>
    public double UpTo { get; }

    internal override Tensor Contains(long start, long count, Tensor positive)
    {
        var rows = Distances.detach().narrow(0, start, count);
        var difference = rows.unsqueeze(1) - rows.gather(1, positive).unsqueeze(2);
        var below = difference <= Number(UpTo);
        return double.IsNegativeInfinity(Above) ? below : below.logical_and(difference > Number(Above));
    }
}
