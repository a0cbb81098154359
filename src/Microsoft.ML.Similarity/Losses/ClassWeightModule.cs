using Microsoft.ML.Similarity.Miners;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The computing part of a <see cref="ClassWeightLoss"/>, which owns the weights.</summary>
internal sealed class ClassWeightModule : LossModule
{
    private readonly ClassWeightLoss _loss;
    private readonly int _classes;

    // Found by this name when the module moves to another device, and set anew.
    [ComponentName(Name = "weights")]
    private readonly Parameter _weights;

    public ClassWeightModule(ClassWeightLoss loss, LossContext context)
        : base(loss.GetType().Name)
    {
        _loss = loss;
        _classes = context.ClassCount;
        var weights = empty((long)context.ClassCount * loss.VectorsPerClass, context.Dimension);
        loss.Initialize(weights, context.Generator);
        _weights = new Parameter(weights);
        register_parameter("weights", _weights);
    }

    protected internal override ClassReference ClassReferenceOf(string name) => ClassReference.Entries;

    public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
    {
        var labels = batch.Relation.Labels
            ?? throw new InvalidOperationException($"{_loss.GetType().Name} needs rows related by labels: it has weights for each class.");
        var target = labels.unsqueeze(1).eq(arange(Number(_classes), dtype: labels.dtype, device: labels.device).unsqueeze(0));
        return _loss.Compute(batch, _weights.to(batch.Embeddings.dtype), target);
    }
}
