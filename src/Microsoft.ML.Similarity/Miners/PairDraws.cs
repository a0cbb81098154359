using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Tensors;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Miners;

/// <summary>A random number for each pair of a batch, from a seed and the embeddings themselves.</summary>
/// <remarks>
/// A miner is a declaration and has no generator that could go on from batch to batch. Embeddings change with every step, so numbers made of them do
/// too, and the same run gives the same numbers. All is integer arithmetic: no order of additions, and so no number of
/// threads, makes a difference.
/// </remarks>
internal static class PairDraws
{
    private const long Mask = 0xFFFFFFFF;

    /// <returns>[B, R] float64, above 0 and below 1.</returns>
    public static Tensor Of(EmbeddedBatch batch, int seed)
    {
        var embeddings = batch.Embeddings.detach().flatten();
        var (rows, columns) = (batch.Embeddings.shape[0], batch.References.shape[0]);
        // 31 bits from 2^-40 on: what changes in a step of training is among them.
        var digits = (embeddings.to(ScalarType.Float64) * Number(Math.Pow(2, 40))).remainder(Number(Math.Pow(2, 31))).nan_to_num().to(ScalarType.Int64);
        var places = Draws.Mix(Draws.Counts(embeddings.shape[0], embeddings.device)).bitwise_or(Draws.Constant(1, embeddings.device));
        var sum = (digits * places).bitwise_and(Draws.Constant(Mask, embeddings.device)).sum();
        var content = sum.bitwise_xor(sum.bitwise_right_shift(Draws.Constant(32, sum.device))).bitwise_and(Draws.Constant(Mask, sum.device));
        var key = Draws.Mix(Draws.Mix(content).bitwise_xor(Draws.Constant(unchecked((uint)seed * 0x9E3779B1), content.device)));
        var draws = Draws.Mix(Draws.Mix(Draws.Counts(rows * columns, key.device)).bitwise_xor(key));
        return ((draws.to(ScalarType.Float64) + Number(0.5)) * Number(Math.Pow(2, -32))).view(rows, columns);
    }
}
