using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Learns from rows with labels: the tuples of each batch are found in it.</summary>
internal sealed class LabeledObjective : Objective
{
    private readonly TrainingSet _set;
    private readonly int[][] _rowsByClass;
    private readonly Loss _declaration;
    private readonly ClassSampler _sampler;
    private readonly double _classBalance;
    private Miner? _miner;
    private Distance? _distance;
    private LossModule? _loss;
    private Tensor? _labels;
    private Tensor? _weights;

    /// <param name="set">The rows.</param>
    /// <param name="rows">Which of them to train on.</param>
    /// <param name="loss">What is minimised.</param>
    /// <param name="miner">Which tuples count, or null for all.</param>
    /// <param name="sampler">How batches are filled.</param>
    /// <param name="classBalance">How far classes of different sizes weigh the same, 0 to 1.</param>
    public LabeledObjective(TrainingSet set, int[] rows, Loss loss, Miner? miner, ClassSampler sampler, double classBalance)
        : base(set.Features)
    {
        _set = set;
        Rows = rows;
        _rowsByClass = TrainingSet.GroupByClass(rows, set.Classes, set.ClassCount);
        _declaration = loss;
        _miner = miner;
        _sampler = sampler;
        _classBalance = classBalance;
    }

    public override int[] Rows { get; }

    public override int Count => Rows.Length;

    public override int ClassCount => _rowsByClass.Length;

    public override IReadOnlyList<string> Classes => [.. Enumerable.Range(0, _set.ClassCount).Select(_set.Vocabulary.TextOf)];

    public override nn.Module CreateLoss(Encoder encoder, Generator generator, Device device)
    {
        var declaration = _declaration.Resolve(encoder.L2Normalize);
        _distance = declaration.DistanceOrDefault;
        _loss = declaration.CreateModule(new LossContext(encoder.OutputDimension, _set.ClassCount, generator));
        _loss.to(device);
        _miner = _miner is null ? null : _miner with { Distance = _miner.Distance ?? _distance };
        _labels = tensor(Array.ConvertAll(_set.Classes, c => (long)c)).to(device).DetachFromDisposeScope();
        _weights = Weights() is { } weights ? tensor(weights).to(device).DetachFromDisposeScope() : null;
        return _loss;
    }

    public override int[] Epoch(int batchSize, int seed) => _sampler.Epoch(_rowsByClass, batchSize, seed);

    public override int[] RowsOf(ReadOnlySpan<int> examples) => examples.ToArray();

    public override BatchLoss Loss(Tensor embeddings, ReadOnlySpan<int> examples)
    {
        var index = tensor(examples.ToArray()).to(embeddings.device);
        var batch = new EmbeddedBatch(embeddings, Relation.FromLabels(_labels!.index_select(0, index)), _weights?.index_select(0, index));
        var loss = _loss!.call(batch, _miner?.Mine(batch));
        return new(loss, batch.Distances(_distance!), batch.Relation.Positives, batch.Relation.Negatives);
    }

    // Of all rows of the set, from the sizes of classes among those trained on.
    private float[]? Weights()
    {
        if (_classBalance == 0)
            return _set.Weights;
        var balanced = ClassWeights.Of(Array.ConvertAll(Rows, row => _set.Classes[row]), _classBalance);
        var weights = new float[_set.Count];
        for (var i = 0; i < Rows.Length; i++)
            weights[Rows[i]] = balanced[i] * (_set.Weights?[Rows[i]] ?? 1);
        return weights;
    }

    public override void Dispose()
    {
        _loss?.Dispose();
        _labels?.Dispose();
        _weights?.Dispose();
    }
}
