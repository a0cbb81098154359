using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Sampling;
using Microsoft.ML.Similarity.Training.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Learns from rows with labels: the tuples of each batch are found in it.</summary>
internal sealed class LabeledObjective : Objective
{
    // All comparisons of a large batch would cost more than they tell.
    private const int ComparedAnchors = 64;

    private readonly TrainingSet _set;
    private SampledRows _sampled;
    private readonly float[]? _rowWeights;
    private readonly Loss _declaration;
    private readonly Sampler _sampler;
    private IReadOnlyList<string> _classes = [];
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
    public LabeledObjective(TrainingSet set, int[] rows, Loss loss, Miner? miner, Sampler sampler, double classBalance)
        : base(set.Features)
    {
        _set = set;
        Rows = rows;
        _declaration = loss;
        _miner = miner;
        _sampler = sampler;
        var weights = Weights(classBalance);
        // Weights that say how often a row is drawn must not count twice.
        var samplerWeighs = sampler.Needs.Contains(nameof(SampledRows.Weights));
        _rowWeights = samplerWeighs ? null : weights;
        _sampled = Sample(Array.ConvertAll(rows, row => set.Classes[row]), samplerWeighs ? Array.ConvertAll(rows, row => weights![row]) : null);
    }

    public override int[] Rows { get; }

    public override int Count => Rows.Length;

    public override int ClassCount => Rows.Select(row => _set.Classes[row]).Distinct().Count();

    public override IReadOnlyList<string> Classes => _classes;

    public override double LossLearningRateFactor => _declaration.LearningRateFactor;

    public override IEnumerable<KeyValuePair<string, string>> Description =>
    [
        KeyValuePair.Create("Loss", TrainingDescription.Json(_declaration)),
        KeyValuePair.Create("Miner", TrainingDescription.Json(_miner)),
        KeyValuePair.Create("Sampler", TrainingDescription.Json(_sampler)),
        KeyValuePair.Create("the data", DataChecksum.Of(
            _set.Features, _set.Classes, Rows, _set.Categories ?? [], Array.ConvertAll(_rowWeights ?? [.. _sampled.Weights ?? []], BitConverter.SingleToInt32Bits))),
    ];

    public override nn.Module CreateLoss(Encoder encoder, Generator generator, Device device, LossState? previous = null, IChannel? channel = null)
    {
        var declaration = _declaration.Resolve(encoder.L2Normalize);
        _distance = declaration.DistanceOrDefault;
        (_loss, _classes) = LossInheritance.Create(
            classes => declaration.CreateModule(new LossContext(encoder.OutputDimension, classes, generator)),
            [.. Enumerable.Range(0, _set.ClassCount).Select(_set.Labels.TextOf)], previous, channel);
        _loss.to(device);
        _miner = _miner is null ? null : _miner with { Distance = _miner.Distance ?? _distance };
        _labels = tensor(Array.ConvertAll(_set.Classes, c => (long)c)).to(device).DetachFromDisposeScope();
        _weights = _rowWeights is not null ? tensor(_rowWeights).to(device).DetachFromDisposeScope() : null;
        return _loss;
    }

    public override int[] Epoch(int batchSize, int seed)
    {
        if (_set.Relation is not null)
        {
            // A row of several labels is dealt now for one of them, now for another.
            var random = new Random(seed);
            _sampled = Sample(Array.ConvertAll(Rows, row => random.GetItems(_set.Labels.LabelsOf(_set.Classes[row]), 1)[0]), _sampled.Weights);
        }
        return _sampler.Epoch(_sampled, batchSize, seed);
    }

    public override int[] RowsOf(ReadOnlySpan<int> examples) => examples.ToArray();

    public override Tensor RowsAt(Tensor examples) => examples;

    public override bool IsOnDevice => _set.Relation is null;

    public override BatchLoss Loss(Tensor embeddings, in TrainingBatch batch)
    {
        var relation = _set.Relation is null
            ? Relation.FromLabels(_labels!.index_select(0, batch.Index))
            : BatchRelation.Of(Array.ConvertAll(batch.Examples, row => _set.Classes[row]), _set.Relation, embeddings.device);
        var embedded = new EmbeddedBatch(embeddings, relation, _weights?.index_select(0, batch.Index));
        var loss = _loss!.call(embedded, _miner?.Mine(embedded));
        var step = (batch.Examples.Length + ComparedAnchors - 1) / ComparedAnchors;
        return new(loss, () => (embedded.DistancesOfEvery(step, _distance!), EmbeddedBatch.Every(step, relation.Positives), EmbeddedBatch.Every(step, relation.Negatives)));
    }

    private SampledRows Sample(int[] classes, IReadOnlyList<float>? weights) => new(Rows)
    {
        Classes = classes,
        Categories = _set.Categories is null ? null : Array.ConvertAll(Rows, row => _set.Categories[row]),
        Weights = weights,
    };

    // Of all rows of the set, from the sizes of classes among those trained on.
    private float[]? Weights(double classBalance)
    {
        if (classBalance == 0)
            return _set.Weights;
        var balanced = ClassWeights.Of(Array.ConvertAll(Rows, row => _set.Classes[row]), classBalance);
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
