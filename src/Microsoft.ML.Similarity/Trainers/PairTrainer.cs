using System.Runtime.CompilerServices;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Sampling;
using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Pairs;
using Microsoft.ML.Similarity.Training.Validation;

namespace Microsoft.ML.Similarity.Trainers;

/// <summary>Learns an embedding from pairs or triplets of rows: one encoder embeds all their columns.</summary>
/// <remarks>
/// The columns hold the features of the rows, which for an <see cref="Encoders.ImageEncoder"/> of 1 or 3 channels may also be pictures, or, where the options name a table of items, the ids of items in it.
/// A trainer can be used by several threads at once if its progress receiver can.
/// </remarks>
public abstract class PairTrainer : IEstimator<PairEmbeddingTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly PairColumns _columns;
    private readonly PairTask _task;
    private readonly PairLoss _loss;
    private readonly Sampler _sampler;
    private readonly TrainingSettings _settings;
    private readonly PairEmbeddingColumn[] _embeddings;
    private readonly IDataView? _items;
    private readonly string _itemIdColumn;
    private readonly string _itemFeatureColumn;

    private protected PairTrainer(
        IHostEnvironment environment, PairTrainerOptions options, TrainingSettings settings, PairColumns columns, PairTask task, PairLoss loss)
    {
        _environment = environment;
        _settings = settings;
        _columns = columns;
        _task = task;
        _loss = loss;
        _sampler = options.Sampler;
        _embeddings = [.. columns.Parts.Select(part => new PairEmbeddingColumn(part.Role, part.Name, part.Name + options.OutputColumnName))];
        _items = options.Items;
        _itemIdColumn = options.ItemIdColumnName;
        _itemFeatureColumn = options.ItemFeatureColumnName;
    }

    /// <summary>Normalisation and caching are not needed; validation is supported.</summary>
    public TrainerInfo Info { get; } = TrainerInfos.Create(needNormalization: false, wantCaching: false, supportsValidation: true);

    /// <summary>Trains on the rows of a view, of which a fraction is held out for validation as the options say.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">The data cannot be trained on, the GPU asked for is not there, or libtorch does not load; the message says what to do.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled before its first epoch was complete, or the options want it thrown.</exception>
    public PairEmbeddingTransformer Fit(IDataView input) => FitCore(input, null, _settings.ValidationFraction);

    /// <summary>Trains on all rows of one view and validates on another.</summary>
    /// <param name="trainData">The rows to train on.</param>
    /// <param name="validationData">The rows the embedding is measured on after each epoch, or null to train without.</param>
    /// <inheritdoc cref="Fit(IDataView)" path="/exception"/>
    public PairEmbeddingTransformer Fit(IDataView trainData, IDataView? validationData) => FitCore(trainData, validationData, 0);

    /// <summary>Continues the training of a model on other rows, of which a fraction is held out for validation as the options say.</summary>
    /// <param name="trainData">The rows to train on. Those of before that count should be among them: what is no longer trained on is slowly forgotten.</param>
    /// <param name="previousModel">
    /// The model whose weights training begins with, of any trainer; it does not change. Its encoder must be that of the options, but for a weights file, which is not read. Inputs are
    /// standardised by the statistics that it has, which its weights were learned with. What its loss had learned is taken up where the loss of the
    /// options has weights of the same names and shapes; otherwise the loss begins anew, and the log says why.
    /// </param>
    /// <exception cref="ArgumentException">The model's encoder is not that of the options; the message says in what it differs.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or features are not as many as the model takes.</exception>
    /// <exception cref="InvalidOperationException">The data cannot be trained on, the GPU asked for is not there, or libtorch does not load; the message says what to do.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled before its first epoch was complete, or the options want it thrown.</exception>
    [OverloadResolutionPriority(-1)] // Fit(data, null) has no validation.
    public PairEmbeddingTransformer Fit(IDataView trainData, EmbeddingModel previousModel)
    {
        ArgumentNullException.ThrowIfNull(previousModel);
        return FitCore(trainData, null, _settings.ValidationFraction, previousModel);
    }

    /// <summary>Continues the training of a model on all rows of one view and validates on another.</summary>
    /// <param name="trainData">The rows to train on.</param>
    /// <param name="validationData">The rows the embedding is measured on after each epoch, or null to train without.</param>
    /// <param name="previousModel">The model whose weights training begins with, as <see cref="Fit(IDataView, EmbeddingModel)"/> has it.</param>
    /// <inheritdoc cref="Fit(IDataView, EmbeddingModel)" path="/exception"/>
    public PairEmbeddingTransformer Fit(IDataView trainData, IDataView? validationData, EmbeddingModel previousModel)
    {
        ArgumentNullException.ThrowIfNull(previousModel);
        return FitCore(trainData, validationData, 0, previousModel);
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        _columns.Check(inputSchema, _settings);
        return inputSchema.With(_embeddings.Select(column => EmbeddingTransformer.OutputColumn(column.OutputColumnName, _settings.Encoder)));
    }

    private PairEmbeddingTransformer FitCore(IDataView input, IDataView? validationData, double validationFraction, EmbeddingModel? previousModel = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        _columns.Check(input.Schema, _settings);
        if (validationData is not null)
            (_columns with { Weight = null }).Check(validationData.Schema, _settings);
        if (_items is not null)
            ItemTable.Check(_items.Schema, _itemIdColumn, _itemFeatureColumn, _settings, previousModel?.InputDimension);
        _columns.FindParts(input.Schema, previousModel?.InputDimension, _settings.Encoder.Pictures);
        var settings = _settings.ContinuedFrom(previousModel);
        using var run = new TrainingRun(_environment, GetType().Name, settings);
        using var items = _items is null ? null : ItemTable.Read(_items, _itemIdColumn, _itemFeatureColumn, run);
        using var set = PairSetReader.Read(input, _columns, items, null, run);
        using var given = validationData is null ? null : PairSetReader.Read(validationData, _columns with { Weight = null }, items, set.Rows.Dimension, run);
        var (training, heldOut) = HoldOut.SplitExamples(
            [.. Enumerable.Range(0, set.Count).Select(pair => _task.GroupOf(set, pair))], validationFraction, SeedSequence.HoldOut(run.Seed));
        _task.CheckTrainable(set, training);
        if (set.Weights is not null && Array.TrueForAll(training, pair => set.Weights[pair] == 0))
            throw new InvalidOperationException($"Column '{_columns.Weight}' has the weight 0 in every row of the training data, so nothing can be learned.");
        var validation = given is not null ? CreateValidation(given, run.Seed)
            : heldOut.Length > 0 ? _task.CreateValidation(set, heldOut, _loss.ComparedBy)
            : null;
        using var objective = new PairObjective(set, training, _task, _loss, _sampler);
        using var loop = new TrainingLoop(settings, objective, validation, run);
        var (model, summary) = loop.Run();
        return new PairEmbeddingTransformer(
            _environment, model, _embeddings, items is null ? null : ItemEmbeddings.Compute(model, items.Ids, items.Features, run.Device), summary);
    }

    // In random order, as validations want them.
    private EmbeddingValidation CreateValidation(PairSet given, int seed)
    {
        int[] pairs = [.. Enumerable.Range(0, given.Count)];
        new Random(SeedSequence.ValidationRows(seed)).Shuffle(pairs);
        return _task.CreateValidation(given, pairs, _loss.ComparedBy)
            ?? throw new InvalidOperationException(
                $"Nothing can be measured on the validation data: {_task.NeededForValidation}. Give other rows, or train without validation.");
    }
}
