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
    /// <param name="batch">The batch; its features are gathered now where it has none, and always for chunks.</param>
    /// <param name="chunkSize">The rows embedded with activations at once; null for all.</param>
    /// <param name="augmenter">Changes the rows before they are embedded; or null.</param>
    /// <param name="observe">Sees the loss before it goes backward.</param>
    public static void Backward(EncoderModule encoder, Objective objective, in TrainingBatch batch, int? chunkSize, Augmenter? augmenter, Action<BatchLoss> observe)
    {
        if (chunkSize is { } size && objective.RowsOf(batch.Examples) is var rows && size < rows.Length)
        {
            InChunks(encoder, objective, batch, rows, size, augmenter, observe);
            return;
        }
        var features = batch.Features
            ?? (objective.Features.IsOnDevice ? objective.Features.GatherAt(objective.RowsAt(batch.Index))! : objective.Features.Gather(objective.RowsOf(batch.Examples)));
        var loss = objective.Loss(encoder.call(Augment(features, augmenter)), batch);
        observe(loss);
        loss.Loss.Value.backward();
    }

    private static void InChunks(EncoderModule encoder, Objective objective, in TrainingBatch whole, int[] rows, int size, Augmenter? augmenter, Action<BatchLoss> observe)
    {
        using var before = encoder.Randomness?.get_state();
        using var beforeAugmenting = augmenter?.Randomness.get_state();
        var embeddings = Embed(encoder, objective.Features, rows, size, augmenter).requires_grad_();
        var batch = objective.Loss(embeddings, whole);
        observe(batch);
        batch.Loss.Value.backward();
        // With a frozen encoder, only the loss learns.
        if (embeddings.grad is not { } gradient || !encoder.parameters().Any(parameter => parameter.requires_grad))
            return;
        if (before is not null)
            encoder.Randomness!.set_state(before);
        if (beforeAugmenting is not null)
            augmenter!.Randomness.set_state(beforeAugmenting);
        for (var start = 0; start < rows.Length; start += size)
        {
            using var scope = NewDisposeScope();
            var chunk = encoder.call(Gather(objective.Features, rows.AsSpan(start, Math.Min(size, rows.Length - start)), augmenter));
            chunk.backward([gradient.narrow(0, start, chunk.shape[0])]);
        }
    }

    private static Tensor Embed(EncoderModule encoder, FeatureStore features, int[] rows, int size, Augmenter? augmenter)
    {
        using var _ = no_grad();
        var chunks = new List<Tensor>();
        for (var start = 0; start < rows.Length; start += size)
        {
            using var scope = NewDisposeScope();
            chunks.Add(encoder.call(Gather(features, rows.AsSpan(start, Math.Min(size, rows.Length - start)), augmenter)).MoveToOuterDisposeScope());
        }
        return cat(chunks);
    }

    private static Tensor Gather(FeatureStore features, ReadOnlySpan<int> rows, Augmenter? augmenter) => Augment(features.Gather(rows), augmenter);

    private static Tensor Augment(Tensor features, Augmenter? augmenter) => augmenter is null ? features : augmenter.Apply(features);
}
