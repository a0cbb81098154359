using Microsoft.ML.Similarity.Losses.Pairs;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Views;

/// <summary>The computing part of an <see cref="InfoNceLoss"/>, which owns the queue.</summary>
internal sealed class InfoNceModule : PairLossModule
{
    private readonly InfoNceLoss _loss;

    public InfoNceModule(InfoNceLoss loss, int dimension)
        : base(nameof(InfoNceLoss))
    {
        _loss = loss;
        register_buffer("queue", zeros(loss.QueueSize, dimension));
        register_buffer("pointer", zeros(1, dtype: ScalarType.Int64));
        register_buffer("count", zeros(1, dtype: ScalarType.Int64));
    }

    // By name at each use: moving the module sets its buffers anew.
    private Tensor Queue => get_buffer("queue")!;

    private Tensor Pointer => get_buffer("pointer")!;

    private Tensor Count => get_buffer("count")!;

    public override LossValue forward(PairBatch input)
    {
        var dimension = Queue.shape[1];
        if (input.Left.shape[1] != dimension)
            throw new InvalidOperationException($"InfoNceLoss has a queue of embeddings of {dimension} values; got {input.Left.shape[1]}.");
        var keys = input.RightDirections.detach();
        // A copy, since the queue changes before the gradient is computed.
        var earlier = Queue.detach().to(keys.dtype, copy: true);
        var filled = arange(Number(_loss.QueueSize), dtype: ScalarType.Int64, device: keys.device) < Count;

        var queries = input.LeftDirections / Number(_loss.Temperature);
        var own = (queries * keys).sum(1);
        var others = SimilarityMask.LogSumExp(queries.matmul(earlier.t()), filled.unsqueeze(0));
        if (training)
            Enqueue(keys);
        return Mean(input, SimilarityMask.Softplus(others - own));
    }

    private void Enqueue(Tensor keys)
    {
        using var _ = no_grad();
        var surplus = Math.Max(0, keys.shape[0] - _loss.QueueSize);
        var kept = keys.narrow(0, surplus, keys.shape[0] - surplus);
        var places = (arange(Number(kept.shape[0]), dtype: ScalarType.Int64, device: keys.device) + Pointer).remainder(Number(_loss.QueueSize));
        Queue.index_copy_(0, places, kept.to(Queue.dtype));
        Pointer.copy_((Pointer + Number(kept.shape[0])).remainder(Number(_loss.QueueSize)));
        Count.copy_((Count + Number(kept.shape[0])).clamp_max(Number(_loss.QueueSize)));
    }
}
