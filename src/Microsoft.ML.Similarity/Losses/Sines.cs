using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The sine of an angle in [0, π] from its cosine.</summary>
internal static class Sines
{
    // The root's slope grows without bound towards cosine ±1: nearer than this it is taken as 0.
    private const double SmallestSquare = 1e-12;

    public static Tensor Of(Tensor cosine)
    {
        var square = One - cosine.square();
        var flat = square.detach() <= Number(SmallestSquare);
        return square.masked_fill(flat, One).sqrt().masked_fill(flat, Zero);
    }
}
