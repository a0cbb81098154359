using TorchSharp;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>ArcFace's margin on the angle to the own class.</summary>
internal static class AngularMargin
{
    /// <param name="cosine">[B, classes].</param>
    /// <param name="target">[B, classes] Booleans: the own class.</param>
    /// <param name="degrees">The margin.</param>
    /// <returns>The cosines, the own ones with the margin added to their angles.</returns>
    public static Tensor Add(Tensor cosine, Tensor target, double degrees)
    {
        var margin = degrees * Math.PI / 180;
        // cos(θ + m) without the arccosine, whose slope is infinite at equal directions.
        var widened = cosine * Number(Math.Cos(margin)) - Sines.Of(cosine) * Number(Math.Sin(margin));
        var beyond = cosine - Number(margin * Math.Sin(margin));
        var moved = torch.where(cosine.detach() >= Number(-Math.Cos(margin)), widened, beyond);
        return torch.where(target, moved, cosine);
    }
}
