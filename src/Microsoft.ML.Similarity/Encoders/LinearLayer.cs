using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>x → Wx + b, initialised by a generator of our own; <c>nn.Linear</c> would move torch's global one.</summary>
internal sealed class LinearLayer : nn.Module<Tensor, Tensor>
{
    // Found by these names when the module moves to another device, and set anew.
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    public LinearLayer(int inputs, int outputs, Generator generator, bool startAtZero = false)
        : base(nameof(LinearLayer))
    {
        // PyTorch's own defaults for a linear layer.
        var bound = startAtZero ? 0 : 1 / Math.Sqrt(inputs);
        _weight = new Parameter(empty(outputs, inputs).uniform_(-bound, bound, generator));
        _bias = new Parameter(empty(outputs).uniform_(-bound, bound, generator));
        register_parameter("weight", _weight);
        register_parameter("bias", _bias);
    }

    /// <summary>In the type of what comes.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return nn.functional.linear(input, _weight.to(input.dtype), _bias.to(input.dtype)).MoveToOuterDisposeScope();
    }
}
