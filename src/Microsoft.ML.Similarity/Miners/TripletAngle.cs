using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Miners;

/// <summary>A condition on triplets: seen from the negative, half of the line from anchor to positive has more than an angle.</summary>
public sealed class TripletAngle : TripletCondition
{
    private readonly double _factor;

    internal TripletAngle(Tensor distances, Tensor amongReferences, double degrees)
    {
        Distances = distances;
        AmongReferences = amongReferences;
        Degrees = degrees;
        _factor = 4 * Math.Pow(Math.Tan(degrees * Math.PI / 180), 2);
    }

    /// <summary>[B, R] Euclidean distances the condition is about.</summary>
    public Tensor Distances { get; }

    /// <summary>[R, R] those of positives and negatives; within a batch, the same.</summary>
    public Tensor AmongReferences { get; }

    /// <summary>The angle that must be exceeded, in degrees.</summary>
    public double Degrees { get; }

    // With c half way from a to p: d(n,c)² = (d(a,n)² + d(p,n)²)/2 - d(a,p)²/4, and tan(angle) = d(a,p)/(2·d(n,c)).
    internal override Tensor Contains(long start, long count, Tensor positive)
    {
        var squares = AmongReferences.detach().square();
        var rows = Distances.detach().narrow(0, start, count).square();
        var chord = rows.gather(1, positive).unsqueeze(2);
        var fromPositive = squares.index_select(0, positive.flatten()).view(count, positive.shape[1], squares.shape[1]);
        var height = (rows.unsqueeze(1) + fromPositive) * Number(0.5) - chord * Number(0.25);
        return chord > height * Number(_factor);
    }
}
