using Microsoft.ML.Similarity.Encoders;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Encoders;

/// <summary>Modules as training could have left them: no weight and no statistic at its initial value.</summary>
internal static class RandomWeights
{
    public static EncoderModule Module(Encoder encoder, int inputDimension, int seed = 1)
    {
        using var generator = new Generator(1, CPU);
        var module = encoder.CreateModule(inputDimension, generator);
        var random = new Random(seed);
        module.SetWeights(new EncoderWeights(module.GetWeights().Entries.Select(entry => KeyValuePair.Create(
            entry.Key,
            new EncoderWeights.Entry(entry.Value.Shape, Array.ConvertAll(entry.Value.Values, _ => Value(entry.Key, random.NextSingle())))))));
        module.eval();
        return module;
    }

    public static float[] Rows(int seed, int count, int dimension)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count * dimension).Select(_ => 4 * random.NextSingle() - 2)];
    }

    // Variances and deviations are positive.
    private static float Value(string name, float uniform) =>
        name.EndsWith("running_var", StringComparison.Ordinal) || name.EndsWith("deviation", StringComparison.Ordinal) ? 0.3f + 2 * uniform
        : name.EndsWith("num_batches_tracked", StringComparison.Ordinal) ? 7
        : uniform - 0.5f;
}
