using Microsoft.ML.Similarity.Encoders;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>The gradients of one batch, with the activations of all its rows or of a chunk of them at a time.</summary>
/// <remarks>
/// A loss needs the embeddings of the whole batch, but the encoder's activations only to go back from each embedding to the
/// weights. So a batch in chunks is embedded once without activations, the loss gives the gradient of each embedding, and each
/// chunk is embedded again, with the same random numbers, to carry its share on: the same gradients, for twice the forward
/// work. Gao et al., "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup" (2021).
/// </remarks>
internal static class GradientCache
{
    /// <summary>Computes the loss of a batch and adds its gradients to those of encoder and loss.</summary>
    /// <param name="encoder">In training mode.</param>
    /// <param name="objective">Gives the rows and the loss.</param>
    /// <param name="examples">The batch.</param>
    /// <param name="chunkSize">The rows embedded with activations at once; null for all.</param>
    /// <param name="feed">Gives the rows of whole batches, this one's next; null to gather them now. Those of chunks always are.</param>
    public static BatchLoss Backward(EncoderModule encoder, Objective objective, int[] examples, int? chunkSize, BatchFeed? feed = null)
    {
        if (feed is not null)
            return AtOnce(encoder, objective, examples, feed.Next());
        var rows = objective.RowsOf(examples);
        return chunkSize is { } size && size < rows.Length
            ? InChunks(encoder, objective, examples, rows, size)
            : AtOnce(encoder, objective, examples, objective.Features.Gather(rows));
    }

    private static BatchLoss AtOnce(EncoderModule encoder, Objective objective, int[] examples, Tensor features)
    {
        var batch = objective.Loss(encoder.call(features), examples);
        batch.Loss.Value.backward();
        return batch;
    }

    private static BatchLoss InChunks(EncoderModule encoder, Objective objective, int[] examples, int[] rows, int size)
    {
        using var before = encoder.Randomness?.get_state();
        var embeddings = Embed(encoder, objective.Features, rows, size).requires_grad_();
        var batch = objective.Loss(embeddings, examples);
        batch.Loss.Value.backward();
        // With a frozen encoder, only the loss learns.
        if (embeddings.grad is not { } gradient || !encoder.parameters().Any(parameter => parameter.requires_grad))
            return batch;
        if (before is not null)
            encoder.Randomness!.set_state(before);
        for (var start = 0; start < rows.Length; start += size)
        {
            using var scope = NewDisposeScope();
            var chunk = encoder.call(objective.Features.Gather(rows.AsSpan(start, Math.Min(size, rows.Length - start))));
            chunk.backward([gradient.narrow(0, start, chunk.shape[0])]);
        }
        return batch;
    }

    private static Tensor Embed(EncoderModule encoder, FeatureStore features, int[] rows, int size)
    {
        using var _ = no_grad();
        var chunks = new List<Tensor>();
        for (var start = 0; start < rows.Length; start += size)
        {
            using var scope = NewDisposeScope();
            chunks.Add(encoder.call(features.Gather(rows.AsSpan(start, Math.Min(size, rows.Length - start)))).MoveToOuterDisposeScope());
        }
        return cat(chunks);
    }
}
