using Microsoft.ML.Similarity.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Benchmarks.Steps;

internal sealed class LossLoadStep : IStep
{
    private readonly LossModule _module;
    private readonly Tensor _embeddings;
    private readonly Tensor _labels;

    public LossLoadStep(LossLoad load, CommandLine command)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)command.Seed, CPU);
        _module = load.Loss.CreateModule();
        _embeddings = randn(load.Classes * load.RowsPerClass, load.Dimension, generator: generator).to(command.TorchDevice).requires_grad_().DetachFromDisposeScope();
        _labels = arange(load.Classes).repeat_interleave(load.RowsPerClass).to(command.TorchDevice).DetachFromDisposeScope();
    }

    public void Run()
    {
        using var scope = NewDisposeScope();
        _embeddings.grad = null;
        _module.call(new EmbeddedBatch(_embeddings, Relation.FromLabels(_labels)), null).Value.backward();
    }

    public void Dispose()
    {
        _labels.Dispose();
        _embeddings.Dispose();
        _module.Dispose();
    }
}
