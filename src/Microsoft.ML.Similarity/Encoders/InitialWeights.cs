using Microsoft.ML.Similarity.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>Weights that training begins with, from a safetensors file; see <see cref="ImageEncoder.WeightsFile"/>.</summary>
internal static class InitialWeights
{
    /// <summary>Overwrites the weights that the file has.</summary>
    /// <returns>The names of the weights left as they were drawn.</returns>
    /// <exception cref="FormatException">The file is no safetensors file, lacks a weight, or has one unknown, of another shape or of another type.</exception>
    public static IReadOnlyList<string> Load(string path, ImageModule module)
    {
        using var stream = File.OpenRead(path);
        var file = Safetensors.Read(stream).Tensors;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var own = module.state_dict().Where(entry => !IsOf(ImageModule.InputName, entry.Key)).ToArray();
        foreach (var name in file.Keys.Where(name => !IsOf(ImageModule.InputName, name)).Except(own.Select(entry => entry.Key)))
            throw new FormatException($"The weights file '{path}' has the weight '{name}'; {module.GetName()} has none of that name.");
        var outputFits = Array.TrueForAll(own, entry => !IsOf(ImageModule.OutputName, entry.Key) || Fits(entry.Key, entry.Value));
        var drawn = new List<string>();
        foreach (var (name, target) in own)
        {
            if (IsOf(ImageModule.OutputName, name) && !outputFits || IsOf(ResNetModule.ProjectionName, name) && !file.ContainsKey(name))
                drawn.Add(name);
            else if (file.TryGetValue(name, out var found))
                target.copy_(torch.tensor(Values(found), Shape(found, target)));
            else if (!name.EndsWith(".num_batches_tracked", StringComparison.Ordinal))
                throw new FormatException($"The weights file '{path}' lacks the weight '{name}'.");
        }
        return drawn;

        bool Fits(string name, Tensor target) => file.TryGetValue(name, out var tensor) && tensor.Shape.AsSpan().SequenceEqual(target.shape);

        long[] Shape(SafetensorsTensor tensor, Tensor target) => tensor.Shape.AsSpan().SequenceEqual(target.shape)
            ? tensor.Shape
            : throw new FormatException(
                $"The weights file '{path}' has the weight '{tensor.Name}' in the shape [{string.Join(", ", tensor.Shape)}]; {module.GetName()} has it in [{string.Join(", ", target.shape)}].");

        float[] Values(SafetensorsTensor tensor) => tensor.Values switch
        {
            float[] values => values,
            double[] values => Array.ConvertAll(values, value => (float)value),
            long[] values => Array.ConvertAll(values, value => (float)value),
            _ => throw new FormatException($"The weights file '{path}' has the weight '{tensor.Name}' as {tensor.Type}; F32, F64 and I64 can be read."),
        };
    }

    private static bool IsOf(string part, string name) => name.StartsWith($"{part}.", StringComparison.Ordinal);
}
