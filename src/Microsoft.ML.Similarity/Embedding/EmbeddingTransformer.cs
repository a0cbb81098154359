using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Rows;
using Microsoft.ML.Similarity.Training;

namespace Microsoft.ML.Similarity.Embedding;

/// <summary>Adds the embedding of a feature column. Made by the trainers of <c>ml.Similarity.Trainers</c>, or loaded by <c>ml.Model.Load</c>.</summary>
/// <remarks>
/// <para>
/// A row with a NaN or infinite feature, without a picture, or with bytes that cannot be decoded as one, gets NaN. Whichever of pixels, images and files an
/// <see cref="ImageEncoder"/> was trained on, the model takes all of them.
/// </para>
/// <para>
/// Safe for use by several threads and by several cursors and prediction engines at once. <see cref="Dispose"/> frees
/// native memory, of which only large and convolutional networks have any; it is taken again when the transformer is used again, so an
/// engine that disposes the transformer it was made of does not break the others.
/// </para>
/// </remarks>
public sealed class EmbeddingTransformer : ISingleFeaturePredictionTransformer<EmbeddingModel>, IDisposable
{
    private readonly IHostEnvironment _environment;
    private readonly EmbeddingMapping _mapping;
    private readonly TorchEvaluator? _torch;

    internal EmbeddingTransformer(
        IHostEnvironment environment, EmbeddingModel model, string featureColumnName, string outputColumnName, TrainingSummary summary)
    {
        _environment = environment;
        Model = model;
        FeatureColumnName = featureColumnName;
        OutputColumnName = outputColumnName;
        Summary = summary;
        _torch = TorchEvaluator.CreateIfWorthwhile(environment, model);
        _mapping = new EmbeddingMapping(model, _torch, featureColumnName, OutputColumn(outputColumnName, model.Encoder));
    }

    /// <summary>The trained encoder.</summary>
    public EmbeddingModel Model { get; }

    /// <summary>How the training went.</summary>
    public TrainingSummary Summary { get; }

    /// <summary>The column embedded.</summary>
    public string FeatureColumnName { get; }

    /// <summary>The column added.</summary>
    public string OutputColumnName { get; }

    /// <summary>A vector of Single with as many values as the model takes. Where the encoder takes pictures, columns of those will do as well.</summary>
    public DataViewType FeatureColumnType => new VectorDataViewType(NumberDataViewType.Single, Model.InputDimension);

    /// <summary>True.</summary>
    public bool IsRowToRowMapper => true;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing, or neither a vector of as many Single values as trained on nor, for an encoder of pictures, a column of pictures.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new BatchBinding(inputSchema, _mapping).Output;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing, or neither a vector of as many Single values as trained on nor, for an encoder of pictures, a column of pictures.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new BatchedRowMapper(new BatchBinding(inputSchema, _mapping));

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing, or neither a vector of as many Single values as trained on nor, for an encoder of pictures, a column of pictures.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new BatchedView(input, new BatchBinding(input.Schema, _mapping));
    }

    /// <summary>
    /// A transformer of the same columns whose embeddings are the first values of this one's, scaled to length 1 again where the
    /// encoder normalises: smaller to keep and faster to search. Trained with a Matryoshka loss
    /// (<see cref="Losses.MatryoshkaLoss"/>) such a prefix is nearly as good as the whole; without, values are not in any order.
    /// </summary>
    /// <param name="dimension">How many values to keep; sentence-transformers' truncate_dim.</param>
    /// <returns>A transformer of its own, saved and loaded like any other; this one does not change.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dimension"/> is below 1 or above the embedding's number of values.</exception>
    public EmbeddingTransformer Truncate(int dimension) => new(_environment, Model.Truncate(dimension), FeatureColumnName, OutputColumnName, Summary);

    /// <summary>Frees native memory; the transformer can still be used, and takes it again then.</summary>
    public void Dispose() => _torch?.Release();

    void ICanSaveModel.Save(ModelSaveContext ctx) => SavedEmbedding.Save(ctx, this);

    internal static DataViewSchema.DetachedColumn OutputColumn(string name, Encoder encoder)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        if (encoder.L2Normalize)
            annotations.AddPrimitiveValue("IsNormalized", BooleanDataViewType.Instance, true);
        return new(name, new VectorDataViewType(NumberDataViewType.Single, encoder.OutputDimension), annotations.ToAnnotations());
    }
}
