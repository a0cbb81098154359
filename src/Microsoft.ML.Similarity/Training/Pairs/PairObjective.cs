using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Sampling;
using Microsoft.ML.Similarity.Training.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Pairs;

/// <summary>Learns from pairs, or triplets: one encoder embeds all their columns.</summary>
internal sealed class PairObjective : Objective
{
    private readonly PairSet _set;
    private readonly int[] _pairs;
    private readonly PairTask _task;
    private readonly PairLoss _declaration;
    private readonly Sampler _sampler;
    private readonly SampledRows _sampled;
    private PairLossModule? _loss;
    private Tensor? _targets;
    private Tensor? _weights;
    private Tensor? _rowsOfParts;

    /// <param name="set">The pairs.</param>
    /// <param name="pairs">Which of them to train on.</param>
    /// <param name="task">What they teach.</param>
    /// <param name="loss">What is minimised.</param>
    /// <param name="sampler">How batches are filled.</param>
    public PairObjective(PairSet set, int[] pairs, PairTask task, PairLoss loss, Sampler sampler)
        : base(set.Rows)
    {
        _set = set;
        _pairs = pairs;
        _task = task;
        _declaration = loss;
        _sampler = sampler;
        _sampled = new SampledRows(pairs)
        {
            Items = sampler.Needs.Contains(nameof(SampledRows.Items)) ? [.. pairs.Select(pair => set.Parts.Select(part => part[pair]).ToArray())] : null,
            Weights = SamplerWeighs ? [.. pairs.Select(pair => set.Weights![pair])] : null,
        };
        Rows = UsedRows(set, pairs);
    }

    public override int[] Rows { get; }

    public override int Count => _pairs.Length;

    public override IEnumerable<KeyValuePair<string, string>> Description =>
    [
        KeyValuePair.Create("Loss", TrainingDescription.Json(_declaration)),
        KeyValuePair.Create("Sampler", TrainingDescription.Json(_sampler)),
        KeyValuePair.Create("the data", DataChecksum.Of(
            _set.Rows,
            [.. _set.Parts, _pairs, .. new[] { _set.Targets, _set.Weights }.Select(list => Array.ConvertAll(list ?? [], BitConverter.SingleToInt32Bits))])),
    ];

    public override nn.Module CreateLoss(Encoder encoder, Generator generator, Device device, LossState? previous = null, IChannel? channel = null)
    {
        (_loss, _) = LossInheritance.Create(_ => _declaration.CreateModule(new LossContext(encoder.OutputDimension, 0, generator)), [], previous, channel);
        _loss.to(device);
        _targets = _set.Targets is null ? null : tensor(_set.Targets).to(device).DetachFromDisposeScope();
        _weights = _set.Weights is null || SamplerWeighs ? null : tensor(_set.Weights).to(device).DetachFromDisposeScope();
        if (Features.IsOnDevice)
            _rowsOfParts = stack(_set.Parts.Select(part => TrainingBatch.IndexOf([.. part]))).to(device).DetachFromDisposeScope();
        return _loss;
    }

    public override int[] Epoch(int batchSize, int seed) => _sampler.Epoch(_sampled, batchSize, seed);

    private bool SamplerWeighs => _sampler.Needs.Contains(nameof(SampledRows.Weights));

    public override int[] RowsOf(ReadOnlySpan<int> examples)
    {
        var rows = new int[_set.Parts.Count * examples.Length];
        var at = 0;
        foreach (var part in _set.Parts)
        {
            foreach (var pair in examples)
                rows[at++] = part[pair];
        }
        return rows;
    }

    public override Tensor RowsAt(Tensor examples) => _rowsOfParts!.index_select(1, examples).flatten();

    public override bool IsOnDevice => true;

    public override BatchLoss Loss(Tensor embeddings, in TrainingBatch batch)
    {
        var parts = embeddings.chunk(_set.Parts.Count, 0);
        var pairs = new PairBatch(parts[0], parts[1], _targets?.index_select(0, batch.Index), parts[2..], _weights?.index_select(0, batch.Index));
        return new(_loss!.call(pairs), () => _task.Compare(pairs, _declaration.ComparedBy));
    }

    // In ascending order, so that a pass over them reads one after another.
    private static int[] UsedRows(PairSet set, int[] pairs)
    {
        var isUsed = new bool[set.Rows.Count];
        foreach (var part in set.Parts)
        {
            foreach (var pair in pairs)
                isUsed[part[pair]] = true;
        }
        return [.. Enumerable.Range(0, isUsed.Length).Where(row => isUsed[row])];
    }

    public override void Dispose()
    {
        _loss?.Dispose();
        _targets?.Dispose();
        _weights?.Dispose();
        _rowsOfParts?.Dispose();
    }
}
