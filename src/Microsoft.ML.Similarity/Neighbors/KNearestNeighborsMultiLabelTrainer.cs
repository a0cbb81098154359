using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Gives a row labels, any number of them, by the labels of its nearest neighbours among the rows of the training data.</summary>
/// <remarks>
/// <para><b>Input and Output Columns</b></para>
/// <list type="table">
/// <item><term><see cref="KNearestNeighborsOptions.LabelColumnName"/> (input)</term><description>Vector of any length of keys, text or
/// integers: the labels of the row. Missing ones (empty text, key 0) and repeated ones do not count</description></item>
/// <item><term><see cref="KNearestNeighborsOptions.FeatureColumnName"/> (input)</term><description>Vector of a known number of
/// <see cref="float"/>, dense or sparse; finite</description></item>
/// <item><term><see cref="NeighborOptions.RowIdColumnName"/> (input, optional)</term><description>Key, text, an integer or
/// Boolean</description></item>
/// <item><term>PredictedLabel (output)</term><description>Vector of variable length of keys: the labels whose share of the votes is at
/// least <see cref="Options.Threshold"/>, the largest first; of equal ones the one with the smaller key. Its values are the labels, with the
/// keys and values of a key label, else in the order they first appear</description></item>
/// <item><term>Score (output)</term><description>Vector of <see cref="float"/>: for each label, from 0 to 1, the share of the votes that the
/// neighbours with it have</description></item>
/// </list>
/// <para><b>Trainer Characteristics</b></para>
/// <list type="table">
/// <item><term>Machine learning task</term><description>Multi-label classification, for which ML.NET has no catalog and no
/// evaluator</description></item>
/// <item><term>Is normalization required?</term><description>Where the features' ranges differ: distances add them up</description></item>
/// <item><term>Is caching required?</term><description>No: the data is read once</description></item>
/// <item><term>Time of Fit</term><description>Exact search: O(n·d²) at most for n rows of d values; a graph: about O(n·log n·d). On all
/// cores</description></item>
/// <item><term>Time of a query</term><description>Exact search: O(n·d) at worst, most of it on codes of a byte a value; a graph: about
/// O(log n·d). Then O(k·l) for k neighbours of l labels, and the number of all labels where Score is asked for. Batches use all
/// cores</description></item>
/// <item><term>Memory and size of the model</term><description>A reference row: 4 bytes a value, d being padded to a multiple of 16, once for
/// rows of equal vectors; of an exact search at most d + 4 bytes of codes, or those of the graph, see <see cref="ApproximateMode"/>; 8 for
/// its number; 4 for that of its set of labels, and 4 for each label of each distinct set. Fit holds the vectors twice</description></item>
/// </list>
/// <para>
/// Each label is voted on by itself, as in BR-kNN of E. Spyromitros, G. Tsoumakas and I. Vlahavas, "An Empirical Study of Lazy Multilabel
/// Classification Algorithms", SETN 2008: neighbours without any label vote against all of them. Where no label reaches the threshold,
/// PredictedLabel is empty. See <see cref="KNearestNeighborsMultiLabelTransformer.WithThreshold"/> to find a good one without fitting again.
/// </para>
/// <para>
/// The search is exact unless <see cref="NeighborOptions.SearchMode"/> asks for another; a graph misses few neighbours, and the transformer's
/// <see cref="NeighborTransformer.Statistics"/> tell how few. Of rows at the same distance the one that came first is the nearer (Euclidean distances are compared as
/// squares, before rounding the root). Each of several equal rows counts.
/// Where there are fewer reference rows than <see cref="NeighborOptions.NumberOfNeighbors"/>, all of them are neighbours. A vector of
/// zeros has the cosine distance 1 to every vector. Distances are computed in <see cref="float"/>: differences whose squares
/// are beyond its range count as infinitely far.
/// A query with NaN or infinite features has no labels and NaN scores.
/// </para>
/// <para>
/// While a pipeline trains, a row is not its own neighbour: rows are told apart by the ids that the view gives them, or by
/// <see cref="NeighborOptions.RowIdColumnName"/>. With the latter the ids are part of the model, and a query never has a row with its id
/// as a neighbour, in Transform too; a missing id (empty text, key 0) excludes nothing. Rows that only look alike stay neighbours.
/// </para>
/// </remarks>
public sealed class KNearestNeighborsMultiLabelTrainer : IEstimator<KNearestNeighborsMultiLabelTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly NeighborSettings _settings;
    private readonly string _labelColumn;
    private readonly VoteWeights _weights;
    private readonly float _threshold;

    internal KNearestNeighborsMultiLabelTrainer(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.LabelColumnName);
        _environment = environment;
        _settings = new(options.FeatureColumnName, options);
        _labelColumn = options.LabelColumnName;
        _weights = _settings.CheckVotes(options.Votes, options.Temperature);
        _threshold = MultiLabelOutput.CheckThreshold(nameof(Options.Threshold), options.Threshold);
    }

    /// <summary>What the trainer asks of its data.</summary>
    public TrainerInfo Info { get; } = TrainerInfos.Create(needNormalization: true, wantCaching: false, supportsValidation: false);

    /// <summary>Reads the reference rows. Those without labels are reference rows too.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">A feature is NaN or infinite, or no row has a label.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled, or <c>MLContext.CancelExecution</c> was called.</exception>
    public KNearestNeighborsMultiLabelTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(Shapes.Of(input.Schema));
        var rowIds = new List<DataViewRowId>();
        var labels = Vocabularies.Create(InputColumns.LabelSet(input.Schema, _labelColumn, orBooleans: false));
        var output = new MultiLabelOutput(_labelColumn, labels, new LabelSetTable(), _weights, _threshold);
        var model = NeighborModel.Fit(_environment, input, _settings, output, rowIds);
        if (labels.Count == 0)
            throw new InvalidOperationException(output.DescribeEmpty());
        return model.Ids is null ? new TrainedMultiLabelTransformer(model, [.. rowIds]) : new KNearestNeighborsMultiLabelTransformer(model);
    }

    /// <summary>The shape of the output for an input of this shape.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        InputColumns.CheckFeatures(inputSchema, _settings.FeatureColumn);
        InputColumns.CheckLabelSet(inputSchema, _labelColumn, orBooleans: false);
        if (_settings.RowIdColumn is not null)
            ReferenceIds.Check(inputSchema, _settings.RowIdColumn);
        var labels = Vocabularies.Sample(inputSchema.Find(_labelColumn)!.Value);
        var output = new MultiLabelOutput(_labelColumn, labels, new LabelSetTable(), _weights, _threshold);
        return inputSchema.With(output.GetOutputColumns(new DataViewSchema.Builder().ToSchema()));
    }

    /// <summary>The options of <see cref="KNearestNeighborsMultiLabelTrainer"/>. The label is a vector of keys, text or integers.</summary>
    public sealed class Options : KNearestNeighborsOptions
    {
        /// <summary>The least share of the votes of a label that is predicted, above 0 and at most 1. Default 0.5.</summary>
        public float Threshold = 0.5f;
    }
}
