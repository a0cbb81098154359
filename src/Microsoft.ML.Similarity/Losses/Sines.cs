using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The sine of an angle in [0, π] from its cosine.</summary>
internal static class Sines
{
    // The root's slope grows without bound towards cosine ±1: nearer than this it is taken as 0.
    private const double SmallestSquare = 1e-12;

    public static Tensor Of(Tensor cosine)
    {
        var square = 1 - cosine.square();
        var flat = square.detach() <= SmallestSquare;
        return square.masked_fill(flat, 1).sqrt().masked_fill(flat, 0);
    }
}
