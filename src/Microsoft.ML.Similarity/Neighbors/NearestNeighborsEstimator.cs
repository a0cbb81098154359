using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Finds each row's nearest neighbours among the rows it was fitted on, and adds what they carry.</summary>
/// <remarks>
/// <para><b>Input and Output Columns</b></para>
/// <list type="table">
/// <item><term><see cref="Options.InputColumnName"/> (input)</term><description>Vector of a known number of <see cref="float"/>,
/// dense or sparse; finite</description></item>
/// <item><term><see cref="Options.Columns"/> (input of Fit)</term><description>Key, text, Boolean, number, DateTime,
/// DateTimeOffset, TimeSpan, row id, or a vector of known size of numbers or Boolean</description></item>
/// <item><term><see cref="NeighborOptions.RowIdColumnName"/> (input, optional)</term><description>Key, text, an integer or
/// Boolean</description></item>
/// <item><term>NeighborRow (output)</term><description>Vector of <see cref="long"/>: the neighbours' numbers among the reference
/// rows, counted from 0, the nearest first</description></item>
/// <item><term>NeighborDistance (output)</term><description>Vector of <see cref="float"/>: their distances</description></item>
/// <item><term>Neighbor + column name (output)</term><description>For each of <see cref="Options.Columns"/> a vector of its
/// type: the neighbours' values; of a vector column with d values, d for each neighbour. Keys are of type <see cref="uint"/> and keep their values</description></item>
/// </list>
/// <para><b>Characteristics</b></para>
/// <list type="table">
/// <item><term>Machine learning task</term><description>None: adds columns to be shown or worked on</description></item>
/// <item><term>Is normalization required?</term><description>Where the features' ranges differ: distances add them up</description></item>
/// <item><term>Is caching required?</term><description>No: the data is read once</description></item>
/// <item><term>Time of Fit</term><description>Exact search: O(n·d²) at most for n rows of d values; a graph: about O(n·log n·d). On all
/// cores</description></item>
/// <item><term>Time of a query</term><description>Exact search: O(n·d) at worst, most of it on codes of a byte a value; a graph: about
/// O(log n·d). Batches use all cores</description></item>
/// <item><term>Memory and size of the model</term><description>A reference row: 4 bytes a value, d being padded to a multiple of 16, once for
/// rows of equal vectors; of an exact search at most d + 4 bytes of codes, or those of the graph, see <see cref="ApproximateMode"/>; 8 for
/// its number; and what the columns given
/// back take. Fit holds the vectors twice</description></item>
/// </list>
/// <para>
/// The search is exact unless <see cref="NeighborOptions.SearchMode"/> asks for another; a graph misses few neighbours, and the transformer's
/// <see cref="NeighborTransformer.Statistics"/> tell how few. Of rows at the same distance the one that came first is the nearer (Euclidean distances are compared as
/// squares, before rounding the root). Each of several equal rows counts.
/// Where there are fewer reference rows than <see cref="NeighborOptions.NumberOfNeighbors"/>, all of them are neighbours. A vector of
/// zeros has the cosine distance 1 to every vector. Distances are computed in <see cref="float"/>: differences whose squares
/// are beyond its range count as infinitely far.
/// The outputs are of variable length: a query with NaN or infinite features has no neighbours. The outputs' names begin with
/// <see cref="Options.OutputColumnName"/>, here Neighbor.
/// </para>
/// <para>
/// While a pipeline trains, a row is not its own neighbour: rows are told apart by the ids that the view gives them, or by
/// <see cref="NeighborOptions.RowIdColumnName"/>. With the latter the ids are part of the model, and a query never has a row with its id
/// as a neighbour, in Transform too; a missing id (empty text, key 0) excludes nothing. Rows that only look alike stay neighbours.
/// </para>
/// </remarks>
public sealed class NearestNeighborsEstimator : IEstimator<NearestNeighborsTransformer>
{
    private static readonly string[] OwnColumns = ["Row", "Distance"];

    private readonly IHostEnvironment _environment;
    private readonly NeighborSettings _settings;
    private readonly string _outputColumn;
    private readonly string[] _columns;

    internal NearestNeighborsEstimator(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.OutputColumnName);
        ArgumentNullException.ThrowIfNull(options.Columns);
        _environment = environment;
        _settings = new(options.InputColumnName, options);
        _outputColumn = options.OutputColumnName;
        _columns = [.. options.Columns];
        foreach (var column in _columns)
        {
            if (OwnColumns.Contains(column))
            {
                throw new ArgumentException(
                    $"Columns names '{column}', whose output '{_outputColumn}{column}' the transform itself adds: rename the column first.",
                    nameof(options));
            }
            if (_columns.Count(c => c == column) > 1)
                throw new ArgumentException($"Columns names '{column}' more than once.", nameof(options));
        }
    }

    /// <summary>Reads the reference rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">A feature is NaN or infinite, or there are no rows.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled, or <c>MLContext.CancelExecution</c> was called.</exception>
    public NearestNeighborsTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(Shapes.Of(input.Schema));
        var rowIds = new List<DataViewRowId>();
        var output = new ColumnsOutput(_outputColumn, [.. _columns.Select(c => CarriedColumn.Create(input.Schema[c]))]);
        var model = NeighborModel.Fit(_environment, input, _settings, output, rowIds);
        return model.Ids is null ? new TrainedNearestNeighborsTransformer(model, [.. rowIds]) : new NearestNeighborsTransformer(model);
    }

    /// <summary>The shape of the output for an input of this shape.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        InputColumns.CheckFeatures(inputSchema, _settings.FeatureColumn);
        if (_settings.RowIdColumn is not null)
            ReferenceIds.Check(inputSchema, _settings.RowIdColumn);
        var output = new ColumnsOutput(_outputColumn, [.. _columns.Select(c => CarriedColumn.Create(CarriedColumn.Find(inputSchema, c)))]);
        return inputSchema.With(output.GetOutputColumns(new DataViewSchema.Builder().ToSchema()));
    }

    /// <summary>The options of <see cref="NearestNeighborsEstimator"/>.</summary>
    public sealed class Options : NeighborOptions
    {
        /// <summary>What the names of the output columns begin with. Default "Neighbor".</summary>
        public string OutputColumnName = "Neighbor";

        /// <summary>The column of the vectors whose distances are taken. Default "Embedding".</summary>
        public string InputColumnName = "Embedding";

        /// <summary>The columns of the reference rows to give back for each neighbour: scalars, or vectors of known size of numbers or Boolean. Default none.</summary>
        public IReadOnlyList<string> Columns = [];
    }
}
