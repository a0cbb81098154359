using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Classifies a row by the classes of its nearest neighbours among the rows of the training data.</summary>
/// <remarks>
/// <para><b>Input and Output Columns</b></para>
/// <list type="table">
/// <item><term><see cref="KNearestNeighborsOptions.LabelColumnName"/> (input)</term><description>Key, text, an integer or Boolean</description></item>
/// <item><term><see cref="KNearestNeighborsOptions.FeatureColumnName"/> (input)</term><description>Vector of a known number of
/// <see cref="float"/>, dense or sparse; finite</description></item>
/// <item><term><see cref="NeighborOptions.RowIdColumnName"/> (input, optional)</term><description>Key, text, an integer or
/// Boolean</description></item>
/// <item><term>PredictedLabel (output)</term><description>Key; its values are the classes, with the keys and values of a key
/// label, else in the order they first appear. Of classes with equal votes the one of the nearest neighbour</description></item>
/// <item><term>Score (output)</term><description>Vector of <see cref="float"/>: each class's share of the votes. They sum to
/// 1</description></item>
/// </list>
/// <para><b>Trainer Characteristics</b></para>
/// <list type="table">
/// <item><term>Machine learning task</term><description>Multiclass classification</description></item>
/// <item><term>Is normalization required?</term><description>Where the features' ranges differ: distances add them up</description></item>
/// <item><term>Is caching required?</term><description>No: the data is read once</description></item>
/// <item><term>Time of Fit</term><description>Exact search: O(n·d²) at most for n rows of d values; a graph: about O(n·log n·d). On all
/// cores</description></item>
/// <item><term>Time of a query</term><description>Exact search: O(n·d) at worst, most of it on codes of a byte a value; a graph: about
/// O(log n·d). Batches use all cores</description></item>
/// <item><term>Memory and size of the model</term><description>A reference row: 4 bytes a value, d being padded to a multiple of 16, once for
/// rows of equal vectors; of an exact search at most d + 4 bytes of codes, or those of the graph, see <see cref="ApproximateMode"/>; 8 for
/// its number; and what its class takes, 4 bytes. Fit holds the vectors twice</description></item>
/// </list>
/// <para>
/// The search is exact unless <see cref="NeighborOptions.SearchMode"/> asks for another; a graph misses few neighbours, and the transformer's
/// <see cref="NeighborTransformer.Statistics"/> tell how few. Of rows at the same distance the one that came first is the nearer (Euclidean distances are compared as
/// squares, before rounding the root). Each of several equal rows counts.
/// Where there are fewer reference rows than <see cref="NeighborOptions.NumberOfNeighbors"/>, all of them are neighbours. A vector of
/// zeros has the cosine distance 1 to every vector. Distances are computed in <see cref="float"/>: differences whose squares
/// are beyond its range count as infinitely far.
/// A query with NaN or infinite features has a missing label and NaN scores.
/// </para>
/// <para>
/// While a pipeline trains, a row is not its own neighbour: rows are told apart by the ids that the view gives them, or by
/// <see cref="NeighborOptions.RowIdColumnName"/>. With the latter the ids are part of the model, and a query never has a row with its id
/// as a neighbour, in Transform too; a missing id (empty text, key 0) excludes nothing. Rows that only look alike stay neighbours.
/// </para>
/// </remarks>
public sealed class KNearestNeighborsMulticlassTrainer : IEstimator<KNearestNeighborsMulticlassTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly NeighborSettings _settings;
    private readonly string _labelColumn;
    private readonly VoteWeights _weights;

    internal KNearestNeighborsMulticlassTrainer(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.LabelColumnName);
        _environment = environment;
        _settings = new(options.FeatureColumnName, options);
        _labelColumn = options.LabelColumnName;
        _weights = _settings.CheckVotes(options.Votes, options.Temperature);
    }

    /// <summary>What the trainer asks of its data.</summary>
    public TrainerInfo Info { get; } = TrainerInfos.Create(needNormalization: true, wantCaching: false, supportsValidation: false);

    /// <summary>Reads the reference rows. Those without a label are left out, and their number is logged as a warning.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">A feature is NaN or infinite, or no row has a label.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled, or <c>MLContext.CancelExecution</c> was called.</exception>
    public KNearestNeighborsMulticlassTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(Shapes.Of(input.Schema));
        var rowIds = new List<DataViewRowId>();
        var output = new ClassOutput(_labelColumn, Vocabularies.Create(InputColumns.Label(input.Schema, _labelColumn)), _weights);
        var model = NeighborModel.Fit(_environment, input, _settings, output, rowIds);
        return model.Ids is null ? new TrainedMulticlassTransformer(model, [.. rowIds]) : new KNearestNeighborsMulticlassTransformer(model);
    }

    /// <summary>The shape of the output for an input of this shape.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        InputColumns.CheckFeatures(inputSchema, _settings.FeatureColumn);
        InputColumns.CheckLabel(inputSchema, _labelColumn);
        if (_settings.RowIdColumn is not null)
            ReferenceIds.Check(inputSchema, _settings.RowIdColumn);
        var output = new ClassOutput(_labelColumn, Vocabularies.Sample(inputSchema.Find(_labelColumn)!.Value), _weights);
        return inputSchema.With(output.GetOutputColumns(new DataViewSchema.Builder().ToSchema()));
    }

    /// <summary>The options of <see cref="KNearestNeighborsMulticlassTrainer"/>. The label is a key, text, an integer or Boolean.</summary>
    public sealed class Options : KNearestNeighborsOptions;
}
