using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Losses.Pairs;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses.Pairs;

internal static class PairModules
{
    public static PairLossModule Create(PairLoss loss, long dimension)
    {
        using var generator = new Generator(1, CPU);
        return loss.CreateModule(new LossContext((int)dimension, 0, generator));
    }
}
