using System.Runtime.CompilerServices;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Relations;
using Microsoft.ML.Similarity.Rows;
using Microsoft.ML.Similarity.Sampling;
using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Validation;
using Microsoft.ML.Trainers;
using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Trainers;

/// <summary>
/// Learns, from labelled rows, an embedding in which rows of the same class are near and rows of different classes far,
/// also for classes that were not trained on.
/// </summary>
/// <remarks>
/// <para>Made by <c>ml.Similarity.Trainers.MetricLearning</c>, <c>.Triplet</c> or <c>.Contrastive</c>.</para>
/// <para><b>Input and output columns</b></para>
/// <list type="table">
/// <listheader><term>Column</term><description>Type</description></listheader>
/// <item><term>Label</term><description>Key, text, an integer type or Boolean; a vector of them where the options' relation is
/// <see cref="SharedLabels"/>. Rows whose label is missing (key 0, empty
/// text) are left out, with a warning in the log.</description></item>
/// <item><term>Features</term><description>A vector of Single of known size, dense or sparse, of finite numbers; for an
/// <see cref="ImageEncoder"/> of 1 or 3 channels also images, or the bytes of their files (a vector of Byte of variable size): see
/// docs/encoders.md.</description></item>
/// <item><term>Example weight</term><description>Optional: Single, at least 0; the weight of a row as anchor.</description></item>
/// <item><term>Embedding (output)</term><description>A vector of Single of the encoder's output dimension, with the
/// annotation IsNormalized where the encoder normalises. A row with a NaN or infinite feature, or without a picture that can be decoded, gets NaN.</description></item>
/// </list>
/// <para><b>Trainer characteristics</b></para>
/// <list type="table">
/// <listheader><term>Question</term><description>Answer</description></listheader>
/// <item><term>Task</term><description>An embedding for retrieval, verification and nearest neighbours.</description></item>
/// <item><term>Is normalisation required?</term><description>No: by default the encoder standardises its inputs.</description></item>
/// <item><term>Is caching required?</term><description>No: the data is read once.</description></item>
/// <item><term>Required NuGet in addition</term><description>TorchSharp-cpu, TorchSharp-cuda-windows or TorchSharp-cuda-linux, to
/// train. To use the model, an <see cref="ImageEncoder"/> needs it too, a large network is faster with it, others do without.</description></item>
/// </list>
/// <para>
/// At least two classes must have rows to train on, and one of them at least two rows. A class with a single row takes
/// part as negatives only. A trainer can be used by several threads at once if its progress receiver can.
/// </para>
/// </remarks>
public sealed class MetricLearningTrainer : ITrainerEstimator<EmbeddingTransformer, EmbeddingModel>
{
    private readonly IHostEnvironment _environment;
    private readonly LabeledColumns _columns;
    private readonly string _outputColumn;
    private readonly TrainingSettings _settings;
    private readonly Loss _loss;
    private readonly Miner? _miner;
    private readonly Sampler _sampler;
    private readonly double _classBalance;

    internal MetricLearningTrainer(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(options);
        _environment = environment;
        _columns = new(options.LabelColumnName, options.FeatureColumnName, options.ExampleWeightColumnName, options.CategoryColumnName, options.Relation);
        _outputColumn = options.OutputColumnName;
        _loss = options.Loss;
        _miner = options.Miner;
        _sampler = options.Sampler;
        _classBalance = options.ClassBalance;
        _settings = options.Check();
    }

    /// <summary>Normalisation and caching are not needed; validation is supported.</summary>
    public TrainerInfo Info { get; } = TrainerInfos.Create(needNormalization: false, wantCaching: false, supportsValidation: true);

    /// <summary>Trains on the rows of a view, of which a fraction is held out for validation as the options say.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">The data cannot be trained on, the GPU asked for is not there, or libtorch does not load; the message says what to do.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled before its first epoch was complete, or the options want it thrown.</exception>
    public EmbeddingTransformer Fit(IDataView input) => FitCore(input, null, _settings.ValidationFraction);

    /// <summary>Trains on all rows of one view and validates on another, whose classes may be others.</summary>
    /// <param name="trainData">The rows to train on.</param>
    /// <param name="validationData">The rows the embedding is measured on after each epoch, or null to train without.</param>
    /// <inheritdoc cref="Fit(IDataView)" path="/exception"/>
    public EmbeddingTransformer Fit(IDataView trainData, IDataView? validationData) => FitCore(trainData, validationData, 0);

    /// <summary>
    /// Continues the training of a model on other rows, of which a fraction is held out for validation as the options say: with new classes, new rows of those known, or both.
    /// </summary>
    /// <param name="trainData">The rows to train on. Those of before that count should be among them: what is no longer trained on is slowly forgotten.</param>
    /// <param name="previousModel">
    /// The model whose weights training begins with; it does not change. Its encoder must be that of the options, but for a weights file, which is not read. Inputs are standardised by the
    /// statistics that it has, which its weights were learned with. What its loss had learned is taken up by label where the loss of the options has weights of the
    /// same names and shapes: classes known keep their vectors, also those that have no rows now, and new ones begin as they do in a new training. Otherwise
    /// the loss begins anew, and the log says why.
    /// </param>
    /// <exception cref="ArgumentException">The model's encoder is not that of the options; the message says in what it differs.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or features are not as many as the model takes.</exception>
    /// <exception cref="InvalidOperationException">The data cannot be trained on, the GPU asked for is not there, or libtorch does not load; the message says what to do.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled before its first epoch was complete, or the options want it thrown.</exception>
    [OverloadResolutionPriority(-1)] // Fit(data, null) has no validation.
    public EmbeddingTransformer Fit(IDataView trainData, EmbeddingModel previousModel)
    {
        ArgumentNullException.ThrowIfNull(previousModel);
        return FitCore(trainData, null, _settings.ValidationFraction, previousModel);
    }

    /// <summary>Continues the training of a model on all rows of one view and validates on another.</summary>
    /// <param name="trainData">The rows to train on.</param>
    /// <param name="validationData">The rows the embedding is measured on after each epoch, or null to train without.</param>
    /// <param name="previousModel">The model whose weights training begins with, as <see cref="Fit(IDataView, EmbeddingModel)"/> has it.</param>
    /// <inheritdoc cref="Fit(IDataView, EmbeddingModel)" path="/exception"/>
    public EmbeddingTransformer Fit(IDataView trainData, IDataView? validationData, EmbeddingModel previousModel)
    {
        ArgumentNullException.ThrowIfNull(previousModel);
        return FitCore(trainData, validationData, 0, previousModel);
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        CheckColumns(inputSchema, forTraining: true);
        return inputSchema.With([EmbeddingTransformer.OutputColumn(_outputColumn, _settings.Encoder)]);
    }

    private void CheckColumns(SchemaShape shape, bool forTraining)
    {
        _columns.Relation.CheckLabel(shape, _columns.Label);
        FeatureColumns.Check(shape, _columns.Feature, _settings);
        if (forTraining && _columns.Category is not null)
            InputColumns.CheckLabel(shape, _columns.Category, LabeledColumns.CategoryRole);
        if (forTraining && _columns.Weight is not null)
            InputColumns.CheckNumber(shape, _columns.Weight, WeightReader.Role);
    }

    private EmbeddingTransformer FitCore(IDataView input, IDataView? validationData, double validationFraction, EmbeddingModel? previousModel = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        CheckColumns(Shapes.Of(input.Schema), forTraining: true);
        var settings = _settings.ContinuedFrom(previousModel);
        InputColumns.Features(input.Schema, _columns.Feature, dimension: previousModel?.InputDimension, orPictures: settings.Encoder.Pictures is not null);
        if (validationData is not null)
            CheckColumns(Shapes.Of(validationData.Schema), forTraining: false);
        using var run = new TrainingRun(_environment, nameof(MetricLearningTrainer), settings);
        using var set = TrainingSetReader.Read(input, _columns, null, run);
        using var given = validationData is null ? null
            : TrainingSetReader.Read(validationData, _columns with { Weight = null, Category = null }, set.Features.Dimension, run);
        var (training, heldOut) = set.Relation is null
            ? HoldOut.Split(set.Classes, set.ClassCount, validationFraction, SeedSequence.HoldOut(run.Seed))
            : HoldOut.SplitExamples(new int[set.Count], validationFraction, SeedSequence.HoldOut(run.Seed));
        CheckTrainable(set, training);
        var validation = given is not null ? new RetrievalValidation(given, [.. Enumerable.Range(0, given.Count)], run.Seed)
            : heldOut.Length > 0 ? new RetrievalValidation(set, heldOut, run.Seed)
            : null;
        if (validation is { IsUsable: false })
        {
            throw new InvalidOperationException(
                $"{(set.Relation is null ? "No class of the validation data has two rows" : "No two rows of the validation data belong together by their labels")} in column '{_columns.Label}', so nothing can be measured. Give other rows, or train without validation.");
        }
        using var objective = new LabeledObjective(set, training, _loss, _miner, _sampler, _classBalance);
        using var loop = new TrainingLoop(settings, objective, validation, run);
        var (model, summary) = loop.Run();
        return new EmbeddingTransformer(_environment, model, _columns.Feature, _outputColumn, summary);
    }

    private void CheckTrainable(TrainingSet set, int[] rows)
    {
        var (anyAlike, anyDifferent) = set.Contrasts(rows);
        if (set.Relation is not null && !(anyAlike && anyDifferent))
        {
            throw new InvalidOperationException(
                $"By the labels in column '{_columns.Label}', {(anyAlike ? "all" : "no")} rows of the training data belong together; some must, and some must not.");
        }
        if (!anyDifferent)
        {
            throw new InvalidOperationException(
                $"Column '{_columns.Label}' has only one class in the training data; at least two are needed to learn what is different.");
        }
        if (!anyAlike)
        {
            throw new InvalidOperationException(
                $"Every class in column '{_columns.Label}' has a single row in the training data; at least one class needs two rows to learn what is alike.");
        }
        if (set.Weights is not null && Array.TrueForAll(rows, row => set.Weights[row] == 0))
            throw new InvalidOperationException($"Column '{_columns.Weight}' has the weight 0 in every row of the training data, so nothing can be learned.");
    }

    /// <summary>The options of a <see cref="MetricLearningTrainer"/>.</summary>
    public sealed class Options : EmbeddingTrainerOptions
    {
        /// <summary>The label column: key, text, an integer type or Boolean. Default <c>Label</c>.</summary>
        public string LabelColumnName = "Label";

        /// <summary>The feature column: a vector of Single, or pictures. Default <c>Features</c>.</summary>
        public string FeatureColumnName = "Features";

        /// <summary>The column of row weights: Single, at least 0. Null, the default, for equal weights.</summary>
        public string? ExampleWeightColumnName;

        /// <summary>
        /// The column of categories, which are classes of classes, for a <see cref="CategorySampler"/>: key, text, an integer type or Boolean.
        /// Null, the default, for none. Rows without a category make one of their own.
        /// </summary>
        public string? CategoryColumnName;

        /// <summary>
        /// How far small classes make up in weight for their fewer rows, 0 to 1: rows of a class of n weigh n to the power of minus this, times their own weight.
        /// Default 0, all rows weigh the same; with 1 all classes do.
        /// </summary>
        public double ClassBalance;

        /// <summary>
        /// Which rows belong together by their labels. Default <see cref="SameLabel"/>; <see cref="SharedLabels"/> for a label column of
        /// several labels a row, <see cref="LabelPredicate{T}"/> for any other rule. Loss, miner and validation follow it; losses with vectors for each class
        /// need <see cref="SameLabel"/>.
        /// </summary>
        public RowRelation Relation = new SameLabel();

        /// <summary>What is minimised. Default a <see cref="ContrastiveLoss"/> with its defaults.</summary>
        public Loss Loss = new ContrastiveLoss();

        /// <summary>Which tuples of a batch the loss learns from. Null, the default, for all.</summary>
        public Miner? Miner;

        /// <summary>
        /// How batches are filled. Default a <see cref="ClassSampler"/> with its defaults. With a <see cref="WeightedSampler"/>, weights of rows
        /// and <see cref="ClassBalance"/> say how often a row is drawn, not what it weighs then.
        /// </summary>
        public Sampler Sampler = new ClassSampler();

        /// <summary>What the loop has to know, once all options are found to be in their ranges.</summary>
        internal TrainingSettings Check()
        {
            CheckCommon();
            ArgumentException.ThrowIfNullOrEmpty(LabelColumnName);
            ArgumentException.ThrowIfNullOrEmpty(FeatureColumnName);
            ArgumentNullException.ThrowIfNull(Loss);
            ArgumentNullException.ThrowIfNull(Sampler);
            ArgumentNullException.ThrowIfNull(Relation);
            if (Loss.NeedsClasses && Relation is not SameLabel)
                throw new ArgumentException($"Loss is {Loss.GetType().Name}, which needs rows related by equal labels; Relation is {Relation.GetType().Name.Split('`')[0]}.", nameof(Loss));
            Between(ClassBalance, 0, 1, nameof(ClassBalance));
            CheckSampler(Sampler, nameof(SampledRows.Items), "labelled rows are not made of items");
            if (CategoryColumnName is null)
                CheckSampler(Sampler, nameof(SampledRows.Categories), "CategoryColumnName is null");
            if (ExampleWeightColumnName is null && ClassBalance == 0)
                CheckSampler(Sampler, nameof(SampledRows.Weights), "ExampleWeightColumnName is null and ClassBalance 0");
            return ToSettings();
        }
    }
}
