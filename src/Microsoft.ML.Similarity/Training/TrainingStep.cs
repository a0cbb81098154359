using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Training.Graphs;
using Microsoft.ML.Similarity.Training.Optimization;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>One step of a training: from the examples of its batches to moved weights. It does not wait for the device, unless that is far behind.</summary>
/// <param name="objective">Gives the rows and the loss.</param>
/// <param name="encoder">In training mode.</param>
/// <param name="augmenter">Changes rows before they are embedded; or null.</param>
/// <param name="updates">Moves the weights.</param>
/// <param name="statistics">Takes what each batch gave.</param>
/// <param name="settings">How to train.</param>
internal sealed class TrainingStep(
    Objective objective, EncoderModule encoder, Augmenter? augmenter, WeightUpdates updates, BatchStatistics statistics, TrainingSettings settings) : IDisposable
{
    // A launch is so short that the host could get a thousand steps ahead, with the rows of as many batches in pinned memory.
    private const int MostStepsAhead = 16;

    private readonly Device _device = statistics.Device;
    private int _stepsAhead;
    private StepGraph? _graph;
    private Func<StateCopy>? _copyState;

    // Where the graph finds the examples, and where it must, the features.
    private TrainingBatch[]? _places;

    /// <summary>Lets the device repeat the steps by itself.</summary>
    /// <param name="graph">Owned.</param>
    /// <param name="copyState">A copy of all that a step changes.</param>
    public void Use(StepGraph graph, Func<StateCopy> copyState) => (_graph, _copyState) = (graph, copyState);

    /// <summary>To be called before each epoch, counted from 1.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="batches">The number of its batches.</param>
    public void BeginEpoch(int epoch, int batches)
    {
        // Both must be done; either makes the step another.
        var isSame = updates.BeginEpoch(epoch) & statistics.Reserve(batches);
        if (!isSame)
            _graph?.Reset();
    }

    /// <summary>Moves the weights once.</summary>
    /// <param name="examples">Those of all its batches, one after another.</param>
    /// <param name="batchSize">The examples of a batch.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="feed">Gives the rows of whole batches, the next ones; null to gather them.</param>
    public void Run(ReadOnlySpan<int> examples, int batchSize, double learningRate, BatchFeed? feed)
    {
        updates.SetLearningRate(learningRate);
        var each = examples.ToArray().Chunk(batchSize).ToArray();
        // An epoch's last step may have fewer batches.
        if (_graph is null || each.Length != settings.GradientAccumulationSteps)
        {
            Compute(each.Select(batch => Prepare(batch, feed)));
            return;
        }
        var batches = Place(each, feed);
        var count = statistics.Count;
        _graph.Run(
            () =>
            {
                statistics.Count = count;
                Compute(batches);
            },
            _copyState!);
        statistics.Count = count + batches.Length;
        if (++_stepsAhead == MostStepsAhead)
        {
            cuda.synchronize(_device);
            _stepsAhead = 0;
        }
    }

    public void Dispose()
    {
        _graph?.Dispose();
        ForgetPlaces();
    }

    private void Compute(IEnumerable<TrainingBatch> batches)
    {
        using var all = NewDisposeScope();
        updates.ZeroGradients();
        var count = 0;
        using var each = batches.GetEnumerator();
        while (true)
        {
            using var scope = NewDisposeScope();
            if (!each.MoveNext())
                break;
            GradientCache.Backward(encoder, objective, each.Current, settings.GradientCacheChunkSize, augmenter, Observe);
            _graph?.Join();
            count++;
        }
        updates.Step(count);
    }

    // No weight waits for the statistics, so they are computed beside the way back where that can be.
    private void Observe(BatchLoss loss)
    {
        updates.Observe(loss.Loss.Value);
        if (_graph is null)
            statistics.Add(loss);
        else
            _graph.RunBeside(() => statistics.Add(loss));
    }

    private TrainingBatch Prepare(int[] examples, BatchFeed? feed)
    {
        var batch = TrainingBatch.Of(examples, _device);
        return feed is null ? batch : batch with { Features = objective.Features.Upload(feed.Next()) };
    }

    private TrainingBatch[] Place(int[][] each, BatchFeed? feed)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (_places is null || _places[0].Examples.Length != each[0].Length)
        {
            ForgetPlaces();
            _graph!.Reset();
            _places = Array.ConvertAll(each, examples => Prepare(examples, feed));
            foreach (var place in _places)
            {
                place.Index.DetachFromDisposeScope();
                place.Features?.DetachFromDisposeScope();
            }
            return _places;
        }
        for (var i = 0; i < each.Length; i++)
        {
            var (index, features) = (_places[i].Index, _places[i].Features);
            index.copy_(TrainingBatch.IndexOf(each[i]), nonBlocking: true);
            features?.copy_(objective.Features.Upload(feed!.Next()), nonBlocking: true);
        }
        return _places;
    }

    private void ForgetPlaces()
    {
        foreach (var place in _places ?? [])
        {
            place.Index.Dispose();
            place.Features?.Dispose();
        }
        _places = null;
    }
}
