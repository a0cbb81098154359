using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Rows;
using Microsoft.ML.Similarity.Training;

namespace Microsoft.ML.Similarity.Embedding;

/// <summary>
/// Adds the embeddings of the columns of pairs or triplets, all by one encoder: <c>LeftEmbedding</c> for <c>Left</c>, and so on.
/// Made by the trainers of pairs and triplets, or loaded by <c>ml.Model.Load</c>.
/// </summary>
/// <remarks>
/// <para>
/// Columns that the input does not have are left out, so that questions and answers can be embedded apart; one at least must be
/// there. <see cref="ForColumn"/> embeds any other column. Where training read ids, so does this: it holds the embeddings of
/// the items trained with, and gives NaN for an id that none of them had.
/// </para>
/// <para>
/// Safe for use by several threads and by several cursors and prediction engines at once. <see cref="Dispose"/> frees
/// native memory, of which only large and convolutional networks have any; it is taken again when the transformer is used again.
/// </para>
/// </remarks>
public sealed class PairEmbeddingTransformer : ITransformer, IDisposable
{
    private readonly IHostEnvironment _environment;
    private readonly ColumnMappings _mapping;
    private readonly TorchEvaluator? _torch;

    internal PairEmbeddingTransformer(
        IHostEnvironment environment, EmbeddingModel model, IReadOnlyList<PairEmbeddingColumn> columns, ItemEmbeddings? items, TrainingSummary summary)
    {
        _environment = environment;
        Model = model;
        Columns = columns;
        Items = items;
        Summary = summary;
        _torch = items is null ? TorchEvaluator.CreateIfWorthwhile(environment, model) : null;
        _mapping = new([.. columns.Select(column => new ColumnMappings.Part(column.Role, column.InputColumnName, Map(column)))]);
    }

    /// <summary>The trained encoder.</summary>
    public EmbeddingModel Model { get; }

    /// <summary>How the training went.</summary>
    public TrainingSummary Summary { get; }

    /// <summary>What is embedded as what.</summary>
    public IReadOnlyList<PairEmbeddingColumn> Columns { get; }

    /// <summary>True.</summary>
    public bool IsRowToRowMapper => true;

    /// <summary>The items trained with, where training read their ids; else null.</summary>
    internal ItemEmbeddings? Items { get; }

    /// <summary>The same encoder for one column of features of any name: of the table of items, of new rows, of a query.</summary>
    /// <param name="featureColumnName">A vector of Single, of as many values as trained on; or, for an encoder of pictures, a column of pictures.</param>
    /// <param name="outputColumnName">The embedding column.</param>
    public EmbeddingTransformer ForColumn(string featureColumnName = "Features", string outputColumnName = "Embedding")
    {
        ArgumentException.ThrowIfNullOrEmpty(featureColumnName);
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        return new(_environment, Model, featureColumnName, outputColumnName, Summary);
    }

    /// <summary>A transformer of the same columns whose embeddings are the first values of this one's; see <see cref="EmbeddingTransformer.Truncate"/>.</summary>
    /// <param name="dimension">How many values to keep.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dimension"/> is below 1 or above the embedding's number of values.</exception>
    public PairEmbeddingTransformer Truncate(int dimension) =>
        new(_environment, Model.Truncate(dimension), Columns, Items?.Truncate(dimension, Model.Encoder.L2Normalize), Summary);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">No column is there, or one is of another type or size than trained on.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new BatchBinding(inputSchema, _mapping).Output;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">No column is there, or one is of another type or size than trained on.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new BatchedRowMapper(new BatchBinding(inputSchema, _mapping));

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">No column is there, or one is of another type or size than trained on.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new BatchedView(input, new BatchBinding(input.Schema, _mapping));
    }

    /// <summary>Frees native memory; the transformer can still be used, and takes it again then.</summary>
    public void Dispose() => _torch?.Release();

    void ICanSaveModel.Save(ModelSaveContext ctx) => SavedPairEmbedding.Save(ctx, this);

    private IBatchMapping Map(PairEmbeddingColumn column)
    {
        var output = EmbeddingTransformer.OutputColumn(column.OutputColumnName, Model.Encoder);
        return Items is null
            ? new EmbeddingMapping(Model, _torch, column.InputColumnName, output, column.Role)
            : new ItemMapping(Items, column.InputColumnName, column.Role, output);
    }
}
