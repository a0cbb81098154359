using Microsoft.ML.Similarity.Encoders;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>Puts the mean of the weights in their place until it is disposed; then all is as it was, to the bit.</summary>
internal sealed class AverageInUse : IDisposable
{
    private readonly AveragedWeights _average;
    private readonly List<(Tensor Buffer, Tensor Before)> _buffers = [];

    /// <param name="average">The mean.</param>
    /// <param name="encoder">The encoder whose weights these are, in training mode.</param>
    /// <param name="batches">What to collect the statistics of batch normalisation from: the features of batches, each used once.</param>
    public AverageInUse(AveragedWeights average, EncoderModule encoder, IEnumerable<Tensor> batches)
    {
        _average = average;
        average.Swap();
        NormBase[] norms = [.. encoder.modules().OfType<NormBase>().Where(norm => norm.track_running_stats)];
        if (norms.Length == 0)
            return;
        foreach (var norm in norms)
        {
            foreach (var buffer in new[] { norm.running_mean, norm.running_var, norm.num_batches_tracked })
            {
                if (buffer is not null)
                    _buffers.Add((buffer, buffer.clone().DetachFromDisposeScope()));
            }
        }
        Collect(norms, encoder, batches);
    }

    public void Dispose()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (buffer, before) in _buffers)
        {
            buffer.copy_(before);
            before.Dispose();
        }
        _average.Swap();
    }

    private static void Collect(NormBase[] norms, EncoderModule encoder, IEnumerable<Tensor> batches)
    {
        using var _ = no_grad();
        using var randomness = encoder.Randomness?.get_state();
        var momentums = Array.ConvertAll(norms, norm => norm.momentum);
        var count = 0;
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            count++;
            // The first batch takes the place of what was before, and each later one has its share of the average.
            foreach (var norm in norms)
                norm.momentum = 1.0 / count;
            encoder.call(batch);
            batch.Dispose();
        }
        for (var i = 0; i < norms.Length; i++)
            norms[i].momentum = momentums[i];
        if (randomness is not null)
            encoder.Randomness!.set_state(randomness);
    }
}
