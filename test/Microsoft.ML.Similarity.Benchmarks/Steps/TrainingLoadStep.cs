using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Benchmarks.Steps;

/// <summary>The training loop's own step, on one batch again and again, without the loop around it.</summary>
internal sealed class TrainingLoadStep : IStep
{
    private readonly TrainingRun _run;
    private readonly TrainingSet _set;
    private readonly LabeledObjective _objective;
    private readonly EncoderModule _encoder;
    private readonly Augmenter? _augmenter;
    private readonly WeightUpdates _updates;
    private readonly BatchStatistics _statistics;
    private readonly TrainingStep _step;
    private readonly TrainingSettings _settings;
    private readonly int[] _batch;

    public TrainingLoadStep(TrainingLoad load, CommandLine command)
    {
        var options = load.CreateOptions(command);
        _settings = options.Check();
        var ml = command.CreateContext();
        _run = new TrainingRun(ml, nameof(TrainingLoadStep), _settings);
        var columns = new LabeledColumns(options.LabelColumnName, options.FeatureColumnName, null, null, options.Relation);
        _set = TrainingSetReader.Read(load.View(ml, batches: 1, command.Seed), columns, null, _run);
        _batch = [.. Enumerable.Range(0, load.BatchSize)];
        _objective = new LabeledObjective(_set, _batch, options.Loss, options.Miner, options.Sampler, options.ClassBalance);
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)command.Seed, CPU);
        _encoder = _settings.Encoder.CreateModule(load.Features, generator);
        var loss = _objective.CreateLoss(_settings.Encoder, generator, _run.Device);
        _encoder.to(_run.Device);
        _encoder.train();
        if (_settings is { Augmentation: { } augmentation, Encoder: ImageEncoder { Image: var image } })
            _augmenter = new Augmenter(augmentation, image, command.Seed);
        _updates = new WeightUpdates(_settings, _encoder, loss, 1);
        _statistics = new BatchStatistics(_run.Device);
        _step = new TrainingStep(_objective, _encoder, _augmenter, _updates, _statistics, _settings.GradientCacheChunkSize);
    }

    public void Run() => _step.Run(_batch, _batch.Length, _settings.LearningRate, feed: null);

    public void Dispose()
    {
        _statistics.Dispose();
        _updates.Dispose();
        _augmenter?.Dispose();
        _encoder.Dispose();
        _objective.Dispose();
        _set.Dispose();
        _run.Dispose();
    }
}
