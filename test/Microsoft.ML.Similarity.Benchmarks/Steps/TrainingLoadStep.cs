using Microsoft.ML.Similarity.Training;

namespace Microsoft.ML.Similarity.Benchmarks.Steps;

/// <summary>The training loop's own step, on one batch again and again, without the loop around it.</summary>
internal sealed class TrainingLoadStep : IStep
{
    private const int MostSteps = 1 << 16;

    private readonly TrainingRun _run;
    private readonly TrainingSet _set;
    private readonly LabeledObjective _objective;
    private readonly TrainingLoop _loop;
    private readonly IDisposable? _steps;
    private readonly int[] _batch;

    public TrainingLoadStep(TrainingLoad load, CommandLine command)
    {
        var options = load.CreateOptions(command);
        var settings = options.Check();
        var ml = command.CreateContext();
        ml.Log += (_, e) =>
        {
            if (e.Message.Contains("CUDA graph", StringComparison.Ordinal))
                Note = e.RawMessage;
        };
        _run = new TrainingRun(ml, nameof(TrainingLoadStep), settings);
        var columns = new LabeledColumns(options.LabelColumnName, options.FeatureColumnName, null, null, options.Relation);
        _set = TrainingSetReader.Read(load.View(ml, batches: 1, command.Seed), columns, null, _run);
        _batch = [.. Enumerable.Range(0, load.BatchSize)];
        _objective = new LabeledObjective(_set, _batch, options.Loss, options.Miner, options.Sampler, options.ClassBalance);
        _loop = new TrainingLoop(settings, _objective, validation: null, _run);
        _steps = _loop.BeginSteps(MostSteps);
    }

    public string? Note { get; private set; }

    public void Run() => _loop.Step(_batch);

    public void Dispose()
    {
        _steps?.Dispose();
        _loop.Dispose();
        _objective.Dispose();
        _set.Dispose();
        _run.Dispose();
    }
}
