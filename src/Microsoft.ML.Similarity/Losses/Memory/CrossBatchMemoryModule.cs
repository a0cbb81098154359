using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Memory;

/// <summary>The computing part of a <see cref="CrossBatchMemoryLoss"/>, which owns the queue.</summary>
internal sealed class CrossBatchMemoryModule : LossModule
{
    private readonly CrossBatchMemoryLoss _loss;
    private readonly LossModule _inner;
    private readonly Miner? _miner;

    public CrossBatchMemoryModule(CrossBatchMemoryLoss loss, Loss inner, Miner? miner, LossContext context)
        : base(nameof(CrossBatchMemoryLoss))
    {
        _loss = loss;
        _inner = inner.CreateModule(context);
        _miner = miner;
        register_module("inner", _inner);
        register_buffer("embeddings", zeros(loss.MemorySize, context.Dimension));
        register_buffer("labels", zeros(loss.MemorySize, dtype: ScalarType.Int64));
        register_buffer("pointer", zeros(1, dtype: ScalarType.Int64));
        register_buffer("count", zeros(1, dtype: ScalarType.Int64));
        register_buffer("step", zeros(1, dtype: ScalarType.Int64));
    }

    // By name at each use: moving the module sets its buffers anew.
    private Tensor Embeddings => get_buffer("embeddings")!;

    private Tensor Labels => get_buffer("labels")!;

    private Tensor Pointer => get_buffer("pointer")!;

    private Tensor Count => get_buffer("count")!;

    private Tensor Step => get_buffer("step")!;

    protected internal override ClassReference ClassReferenceOf(string name) => name == "labels" ? ClassReference.Values : ClassReference.None;

    public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
    {
        var labels = batch.Relation.Labels?.to(ScalarType.Int64)
            ?? throw new InvalidOperationException("CrossBatchMemoryLoss needs rows related by labels: those of earlier batches are related to an anchor by theirs.");
        if (selection is not null)
            throw new InvalidOperationException("CrossBatchMemoryLoss got tuples chosen from the batch alone; its own Miner chooses from batch and memory.");
        var dimension = Embeddings.shape[1];
        if (batch.Embeddings.shape[1] != dimension)
            throw new InvalidOperationException($"CrossBatchMemoryLoss remembers embeddings of {dimension} values; got {batch.Embeddings.shape[1]}.");

        var value = Compare(batch, labels);
        if (training)
            Remember(batch, labels);
        return value;
    }

    // Places that hold nothing yet are not compared. That needs no number from the device, and shapes do not depend on the step.
    private LossValue Compare(EmbeddedBatch batch, Tensor labels)
    {
        var rows = labels.shape[0];
        var others = eye(rows, dtype: ScalarType.Bool, device: labels.device).logical_not();
        var held = (arange(Number(_loss.MemorySize), dtype: ScalarType.Int64, device: labels.device) < Count).logical_and(Step >= Number(_loss.WarmUpSteps));
        var compared = cat([others, held.unsqueeze(0).expand(rows, _loss.MemorySize)], 1);
        // Copied by being joined: the memory changes before the gradient is computed.
        var references = cat([batch.Embeddings, Embeddings.detach().to(batch.Embeddings.dtype)]);
        var relation = Relation.FromLabels(labels, cat([labels, Labels]), compared);
        var joined = new EmbeddedBatch(batch.Embeddings, references, relation, batch.Weights);
        return _inner.call(joined, _miner?.Mine(joined));
    }

    private void Remember(EmbeddedBatch batch, Tensor labels)
    {
        using var _ = no_grad();
        var embeddings = batch.Embeddings.detach();
        if (batch.Remembered is { } remembered)
        {
            var chosen = remembered.nonzero().squeeze(1);
            (embeddings, labels) = (embeddings.index_select(0, chosen), labels.index_select(0, chosen));
        }
        var surplus = Math.Max(0, labels.shape[0] - _loss.MemorySize);
        var kept = labels.shape[0] - surplus;
        var places = (arange(Number(kept), dtype: ScalarType.Int64, device: labels.device) + Pointer).remainder(Number(_loss.MemorySize));
        Embeddings.index_copy_(0, places, embeddings.narrow(0, surplus, kept).to(Embeddings.dtype));
        Labels.index_copy_(0, places, labels.narrow(0, surplus, kept));
        Pointer.copy_((Pointer + Number(kept)).remainder(Number(_loss.MemorySize)));
        Count.copy_((Count + Number(kept)).clamp_max(Number(_loss.MemorySize)));
        Step.copy_(Step + One);
    }
}
