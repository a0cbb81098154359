using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Miners;

/// <summary>A condition on triplets: each positive pair has one negative of its own.</summary>
public sealed class TripletChoice : TripletCondition
{
    internal TripletChoice(Tensor negatives) => Negatives = negatives;

    /// <summary>[B, R] column numbers: for each anchor and positive the negative; of no meaning where the pair is not a chosen one.</summary>
    public Tensor Negatives { get; }

    internal override Tensor Contains(long start, long count, Tensor positive)
    {
        var chosen = Negatives.narrow(0, start, count).gather(1, positive).unsqueeze(2);
        return chosen.eq(arange(Number(Negatives.shape[1]), device: Negatives.device));
    }
}
