using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>
/// As <see cref="CoSentLoss"/>, with angles in complex space for cosines, whose gradient does not vanish where the cosine is
/// near ±1.
/// </summary>
/// <remarks>
/// The halves of an embedding are the real and imaginary parts of complex numbers z, of the other embedding w. With lengths
/// divided out, the score of a pair is |Σ Re(z·w̄) + Σ Im(z·w̄)| / (|z| |w|). Li and Li, "AnglE-optimized Text Embeddings"
/// (2023): the angle objective, which the paper adds to a cosine objective (<see cref="CoSentLoss"/>) and one with in-batch
/// negatives (<see cref="MultipleNegativesRankingLoss"/>). O(B²) memory.
/// </remarks>
public sealed record AnglELoss : PairLoss
{
    /// <summary>What scores are multiplied with, above 0: 1/τ. Default 20, as sentence-transformers; the paper's τ is 0.05.</summary>
    public double Scale { get; init => field = Above(value, 0, nameof(Scale)); } = 20;

    /// <inheritdoc/>
    protected override PairLossModule BuildModule(LossContext? context) => new Module(this);

    private sealed class Module(AnglELoss loss) : PairLossModule(nameof(AnglELoss))
    {
        public override LossValue forward(PairBatch input)
        {
            input.RefuseWeights(nameof(AnglELoss));
            var gold = input.TargetsFor(nameof(AnglELoss), "a gold score for each pair");
            if (input.Left.shape[1] % 2 != 0)
                throw new InvalidOperationException($"AnglELoss needs embeddings of an even number of values, half of them imaginary parts; got {input.Left.shape[1]}.");
            var half = input.Left.shape[1] / 2;
            var (z, w) = (input.LeftDirections, input.RightDirections);
            var imaginary = z.narrow(1, half, half) * w.narrow(1, 0, half) - z.narrow(1, 0, half) * w.narrow(1, half, half);
            return RankedScores.Loss((input.Cosines + imaginary.sum(1)).abs() * Number(loss.Scale), gold);
        }
    }
}
