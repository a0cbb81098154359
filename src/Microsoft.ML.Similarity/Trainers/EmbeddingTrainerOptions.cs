using Microsoft.ML.Similarity.Augmentation;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Sampling;
using Microsoft.ML.Similarity.Tensors;
using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Optimization;

namespace Microsoft.ML.Similarity.Trainers;

/// <summary>What all trainers of embeddings have in common. Values are checked when a trainer is made from them, and copied.</summary>
public abstract class EmbeddingTrainerOptions
{
    // Far beyond use, and far from where the optimizer's float32 arithmetic overflows.
    private const double LargestRate = 1e6;

    /// <summary>The name of the embedding column. Default <c>Embedding</c>.</summary>
    public string OutputColumnName = "Embedding";

    /// <summary>The network. Default an <see cref="MlpEncoder"/> with its defaults.</summary>
    public Encoder Encoder = new MlpEncoder();

    /// <summary>
    /// How pictures are changed at random whenever they are trained on, for an <see cref="ImageEncoder"/>; each row of a pair or triplet in its own way. Null,
    /// the default, for not at all.
    /// </summary>
    public ImageAugmentation? Augmentation;

    /// <summary>The rows of a batch, at least 2. Default 256. With fewer training rows, a batch is all of them.</summary>
    public int BatchSize = 256;

    /// <summary>
    /// The number of epochs at which training ends at the latest, at least 1. Null, the default, for as many as make 100 steps,
    /// but at least 10 and at most 50.
    /// </summary>
    /// <remarks>
    /// The defaults were chosen on classes held out from the training classes of real tables: more training fits the training
    /// classes better, and says less about others. Where only the classes trained on count, train longer.
    /// </remarks>
    public int? MaximumNumberOfEpochs;

    /// <summary>The learning rate after warm-up, above 0 and at most 1000000. Default 0.001.</summary>
    public double LearningRate = 1e-3;

    /// <summary>
    /// What the learning rate is multiplied with for the weights that the loss has of its own, such as the vectors of classes, which begin at random
    /// and of which each learns from the rows of its class only; above 0 and at most 1000000. Null, the default, for 100 where the loss has vectors of
    /// classes, as the papers of Proxy-Anchor and SoftTriple have it, and 1 elsewhere.
    /// </summary>
    public double? LossLearningRateFactor;

    /// <summary>How the weights move along their gradients, and what weight decay pulls them to 0. Default an <see cref="AdamWOptimizer"/> with its defaults.</summary>
    public Optimizer Optimizer = new AdamWOptimizer();

    /// <summary>
    /// The largest Euclidean norm of all gradients taken together, above 0: in a step where it is larger, all of them are scaled down to it.
    /// Null, the default, for any. Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2013).
    /// </summary>
    public double? MaximumGradientNorm;

    /// <summary>
    /// The number of batches whose gradients a step takes the mean of, at least 1; default 1. For a loss that is a mean over independent examples
    /// that is the gradient of one batch so many times as large; for a loss that compares the rows of a batch it is not, and
    /// <see cref="GradientCacheChunkSize"/> is the way to a larger one. An epoch's last step takes the batches that are left.
    /// </summary>
    public int GradientAccumulationSteps = 1;

    /// <summary>
    /// Whether a step in which a loss or a gradient is NaN or infinite is skipped: it then leaves weights, optimizer, statistics and memories as they were, and
    /// training goes on. Default false: training stops at the end of the epoch, with the best weights so far, and the log says in which step it was. An epoch of which every step was skipped ends it all the
    /// same. Costs one more copy of all these and a little time a step; the device is not waited for.
    /// </summary>
    public bool SkipNonFiniteSteps;

    /// <summary>Which weights are trained slower than the others, later, or not at all. Default none. Copied when a trainer is made.</summary>
    public IReadOnlyList<ParameterRule> ParameterRules = [];

    /// <summary>Which mean of the weights is validated and kept; null, the default, for the weights themselves.</summary>
    public WeightAveraging? WeightAveraging;

    /// <summary>How the learning rate moves after warm-up. Default a <see cref="CosineSchedule"/>.</summary>
    public LearningRateSchedule LearningRateSchedule = new CosineSchedule();

    /// <summary>The share of the training in which the learning rate rises from 0, in [0, 1). Default 0.05. A <see cref="OneCycleSchedule"/> has its own.</summary>
    public double WarmUpFraction = 0.05;

    /// <summary>
    /// The most rows whose activations in the encoder are kept at once, at least 1; null, the default, for all of a batch. With
    /// it, a large batch takes the memory of a small one and twice its encoder's forward time, for the same gradients: every batch is
    /// embedded twice, in chunks. A pair is two rows. Not with an encoder whose embeddings depend on the batch, as with batch normalisation.
    /// Gao et al., "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup" (2021).
    /// </summary>
    public int? GradientCacheChunkSize;

    /// <summary>How exactly the encoder computes while it is trained. Default <see cref="TrainingPrecision.TensorFloat32"/>, which differs from float32 on GPUs only.</summary>
    /// <remarks>
    /// libtorch's switches for it belong to the process, and are set back at the end: of trainings that run at the same time, all should have the same precision.
    /// </remarks>
    public TrainingPrecision Precision = TrainingPrecision.TensorFloat32;

    /// <summary>
    /// Whether a GPU may repeat the training's steps by itself, as a CUDA graph: several times as fast for small networks, whose steps take the host
    /// longer than the GPU; little is gained where the GPU is busy anyway. Default false.
    /// </summary>
    /// <remarks>
    /// Results are those of plain steps. Where a step cannot be captured it is done plainly, and the log says why: on the CPU, on Windows, with a libtorch that does not
    /// have the functions, with <see cref="GradientCacheChunkSize"/>, with relations other than equal labels, and with a loss or miner that waits for the GPU.
    /// The GPU keeps the memory of a step's tensors as long as the training lasts.
    /// </remarks>
    public bool UseCudaGraphs;

    /// <summary>
    /// The share of the training data held out for validation by <c>Fit(data)</c>, in [0, 1); default 0.1. Of labelled rows, whole
    /// classes where that makes at least five of them, else rows of each class; of others, examples. 0 switches early
    /// stopping off. <c>Fit(data, validation)</c> holds nothing out.
    /// </summary>
    public double ValidationFraction = 0.1;

    /// <summary>Training ends when the validation metric has not improved for so many epochs, at least 1. Default 10.</summary>
    public int EarlyStoppingPatience = 10;

    /// <summary>
    /// The bytes of memory that the features of all rows together may take, at least 0. Beyond it they go to a memory-mapped file in
    /// <see cref="MLContext.TempFilePath"/>, which leaves nothing behind however the process ends; with 0 they do at once. Null, the default, for half of
    /// the memory that the process may use: the rest is left to the network and the application, and to the system, which keeps as much of the file
    /// in memory as it can.
    /// </summary>
    /// <remarks>
    /// Labels, weights and the order in which rows are dealt stay in memory, some 40 bytes a row, and features of pairs take some 50 bytes each to be
    /// told apart. On a GPU the features are copied to its memory where they fit with a GiB to spare; otherwise each batch is, prepared while the one before it is trained on.
    /// </remarks>
    public long? DataMemoryBudget;

    /// <summary>
    /// How the pictures of a column of images, or of the bytes of their files, are kept. Default <see cref="ImageStorage.Decoded"/>. Of no effect on vectors.
    /// </summary>
    public ImageStorage ImageStorage = ImageStorage.Decoded;

    /// <summary>
    /// The folder of this training's checkpoints; made if it is not there. Null, the default, for none. Where Fit finds one in it, training goes on from there, and on the
    /// CPU, with the same number of threads, ends with the very weights it would have had without the interruption, whenever and however that came. A training
    /// that has ended is not repeated: Fit gives its model back. Options and data must be those of before; else Fit says which are not.
    /// </summary>
    /// <remarks>
    /// A checkpoint holds the weights, the best weights so far, the state of optimizer, schedule, loss and random numbers, and the history.
    /// It is written under another name and renamed when it is safely on the disk. One that cannot be read is passed over, with a warning in the log, for
    /// the one before; one that cannot be written leaves a warning, the last one, and the training running.
    /// </remarks>
    public string? CheckpointFolder;

    /// <summary>The least time between two checkpoints, at least 0; what an interruption costs at most. Default 30 seconds. One more is written at the end.</summary>
    public TimeSpan CheckpointInterval = TimeSpan.FromSeconds(30);

    /// <summary>How many checkpoints to keep, at least 1. Default 2. Each holds the best weights so far.</summary>
    public int CheckpointsToKeep = 2;

    /// <summary>
    /// Decides the initial weights, the batches and what is held out. Null, the default, takes the seed of the
    /// <see cref="MLContext"/>, or a random one where that has none; the <see cref="TrainingSummary"/> says which it was.
    /// </summary>
    public int? Seed;

    /// <summary>Hears about once a second, and after each epoch, how training goes; on the training thread.</summary>
    public IProgress<TrainingProgress>? Progress;

    /// <summary>Hears about once a second, and at the end of each table, how reading the data goes, which comes before the training; on the training thread.</summary>
    public IProgress<ReadingProgress>? ReadingProgress;

    /// <summary>
    /// A file that what is reported is appended to, as docs/training-log.md says: an object of JSON a line. Null, the default, for none. The log of the
    /// <see cref="MLContext"/> hears of each table and epoch in any case.
    /// </summary>
    public string? LogFile;

    /// <summary>Ends training: Fit returns the best model so far, or throws where there is none yet.</summary>
    public CancellationToken CancellationToken;

    /// <summary>Whether a cancelled Fit throws <see cref="OperationCanceledException"/> even if it has a model to return. Default false.</summary>
    public bool ThrowOnCancellation;

    private protected void CheckCommon()
    {
        ArgumentException.ThrowIfNullOrEmpty(OutputColumnName);
        ArgumentNullException.ThrowIfNull(Encoder);
        ArgumentNullException.ThrowIfNull(Optimizer);
        ArgumentNullException.ThrowIfNull(ParameterRules);
        ArgumentNullException.ThrowIfNull(LearningRateSchedule);
        Encoder.Check();
        if (!Enum.IsDefined(Precision))
            throw new ArgumentOutOfRangeException(nameof(Precision), Precision, "Precision must be one of the values of TrainingPrecision.");
        AtLeast(BatchSize, 2, nameof(BatchSize));
        AtLeast(MaximumNumberOfEpochs ?? 1, 1, nameof(MaximumNumberOfEpochs));
        AtLeast(GradientCacheChunkSize ?? 1, 1, nameof(GradientCacheChunkSize));
        if (GradientCacheChunkSize is not null && Encoder.DependsOnBatch)
        {
            throw new ArgumentException(
                "GradientCacheChunkSize needs an encoder that embeds each row by itself. Batch normalisation takes its statistics from the rows embedded together, "
                + "so chunks would not give the gradients of the batch: switch BatchNorm off, or leave GradientCacheChunkSize null.", nameof(GradientCacheChunkSize));
        }
        if (Augmentation is not null && Encoder is not ImageEncoder)
        {
            throw new ArgumentException(
                $"Augmentation is a {Augmentation.GetType().Name}, which changes pictures, but Encoder is a {Encoder.GetType().Name}, which does not know rows as pictures. Use a {nameof(ConvNetEncoder)} or {nameof(ResNetEncoder)}, or leave Augmentation null.", nameof(Augmentation));
        }
        if (LogFile is not null)
            ArgumentException.ThrowIfNullOrEmpty(LogFile);
        if (DataMemoryBudget is < 0)
            throw new ArgumentOutOfRangeException(nameof(DataMemoryBudget), DataMemoryBudget, "DataMemoryBudget must be at least 0.");
        if (!Enum.IsDefined(ImageStorage))
            throw new ArgumentOutOfRangeException(nameof(ImageStorage), ImageStorage, "ImageStorage must be Decoded or Encoded.");
        AtLeast(CheckpointsToKeep, 1, nameof(CheckpointsToKeep));
        if (CheckpointFolder is not null)
            ArgumentException.ThrowIfNullOrEmpty(CheckpointFolder);
        if (CheckpointInterval < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(CheckpointInterval), CheckpointInterval, "CheckpointInterval must be at least 0.");
        AtLeast(EarlyStoppingPatience, 1, nameof(EarlyStoppingPatience));
        if (LearningRate is not (> 0 and <= LargestRate))
            throw new ArgumentOutOfRangeException(nameof(LearningRate), LearningRate, $"LearningRate must be above 0 and at most {LargestRate}.");
        if ((LossLearningRateFactor ?? 1) is not (> 0 and <= LargestRate))
            throw new ArgumentOutOfRangeException(nameof(LossLearningRateFactor), LossLearningRateFactor, $"LossLearningRateFactor must be above 0 and at most {LargestRate}.");
        if (MaximumGradientNorm is { } norm)
            Ranges.Above(norm, 0, nameof(MaximumGradientNorm));
        AtLeast(GradientAccumulationSteps, 1, nameof(GradientAccumulationSteps));
        Fraction(WarmUpFraction, nameof(WarmUpFraction));
        Fraction(ValidationFraction, nameof(ValidationFraction));
    }

    /// <summary>Refuses a sampler that needs what rows of this shape, with these options, do not have.</summary>
    private protected static void CheckSampler(Sampler sampler, string need, string reason)
    {
        if (sampler.Needs.Contains(need))
            throw new ArgumentException($"Sampler is a {sampler.GetType().Name}, which needs {need.ToLowerInvariant()}, but {reason}.", nameof(Sampler));
    }

    private protected TrainingSettings ToSettings() => new()
    {
        Encoder = Encoder,
        Augmentation = Augmentation,
        BatchSize = BatchSize,
        GradientCacheChunkSize = GradientCacheChunkSize,
        Precision = Precision,
        UseCudaGraphs = UseCudaGraphs,
        MaximumNumberOfEpochs = MaximumNumberOfEpochs,
        LearningRate = LearningRate,
        LossLearningRateFactor = LossLearningRateFactor,
        Optimizer = Optimizer,
        MaximumGradientNorm = MaximumGradientNorm,
        GradientAccumulationSteps = GradientAccumulationSteps,
        SkipNonFiniteSteps = SkipNonFiniteSteps,
        ParameterRules = [.. ParameterRules],
        WeightAveraging = WeightAveraging,
        Schedule = LearningRateSchedule,
        WarmUpFraction = WarmUpFraction,
        ValidationFraction = ValidationFraction,
        EarlyStoppingPatience = EarlyStoppingPatience,
        DataMemoryBudget = DataMemoryBudget,
        ImageStorage = ImageStorage,
        Seed = Seed,
        CheckpointFolder = CheckpointFolder,
        CheckpointInterval = CheckpointInterval,
        CheckpointsToKeep = CheckpointsToKeep,
        CancellationToken = CancellationToken,
        ThrowOnCancellation = ThrowOnCancellation,
        Progress = Progress,
        ReadingProgress = ReadingProgress,
        LogFile = LogFile,
    };

    private static void AtLeast(int value, int least, string name)
    {
        if (value < least)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least {least}.");
    }

    private static void Fraction(double value, string name)
    {
        if (value is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 0 and less than 1.");
    }
}
