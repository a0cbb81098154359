using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Detects rows that lie far from their nearest neighbours among the rows of the training data.</summary>
/// <remarks>
/// <para><b>Input and Output Columns</b></para>
/// <list type="table">
/// <item><term><see cref="Options.FeatureColumnName"/> (input)</term><description>Vector of a known number of
/// <see cref="float"/>, dense or sparse; finite</description></item>
/// <item><term><see cref="NeighborOptions.RowIdColumnName"/> (input, optional)</term><description>Key, text, an integer or
/// Boolean</description></item>
/// <item><term>PredictedLabel (output)</term><description><see cref="bool"/>: whether the row is an anomaly, its Score being above
/// the threshold; false for NaN</description></item>
/// <item><term>Score (output)</term><description><see cref="float"/>: the mean distance to the nearest neighbours; the higher, the
/// more anomalous</description></item>
/// </list>
/// <para><b>Trainer Characteristics</b></para>
/// <list type="table">
/// <item><term>Machine learning task</term><description>Anomaly detection</description></item>
/// <item><term>Is normalization required?</term><description>Where the features' ranges differ: distances add them up</description></item>
/// <item><term>Is caching required?</term><description>No: the data is read twice, or once where
/// <see cref="Options.Threshold"/> is given</description></item>
/// <item><term>Time of Fit</term><description>Exact search: O(n·d²) at most for n rows of d values; a graph: about O(n·log n·d); and, where
/// <see cref="Options.Threshold"/> is not given, n queries. On all cores</description></item>
/// <item><term>Time of a query</term><description>Exact search: O(n·d) at worst, most of it on codes of a byte a value; a graph: about
/// O(log n·d). Batches use all cores</description></item>
/// <item><term>Memory and size of the model</term><description>A reference row: 4 bytes a value, d being padded to a multiple of 16, once for
/// rows of equal vectors; of an exact search at most d + 4 bytes of codes, or those of the graph, see <see cref="ApproximateMode"/>; and 8 for
/// its number. Fit holds the vectors twice</description></item>
/// </list>
/// <para>
/// The score is that of F. Angiulli and C. Pizzuti, "Fast Outlier Detection in High Dimensional Spaces", PKDD 2002. Fit scores each
/// training row by its neighbours among the other rows, and takes the smallest threshold above which lies at most the fraction
/// <see cref="Options.Contamination"/> of them. Where the training rows are known to be normal, Contamination is the rate of false
/// alarms to expect.
/// </para>
/// <para>
/// The search is exact unless <see cref="NeighborOptions.SearchMode"/> asks for another; a graph misses few neighbours, and the transformer's
/// <see cref="NeighborTransformer.Statistics"/> tell how few. Each of several equal rows counts: anomalies that come k times over hide one another.
/// Where there are fewer reference rows than <see cref="NeighborOptions.NumberOfNeighbors"/>, all of them are neighbours. A vector of
/// zeros has the cosine distance 1 to every vector. A query with NaN or infinite features has the score NaN.
/// </para>
/// <para>
/// While a pipeline trains, and while Fit finds the threshold, a row is not its own neighbour: rows are told apart by the ids that the
/// view gives them, or by <see cref="NeighborOptions.RowIdColumnName"/>. With the latter the ids are part of the model, and a query never has a row
/// with its id as a neighbour, in Transform too; a missing id (empty text, key 0) excludes nothing, not even the row itself.
/// Otherwise a training row that is transformed afterwards is its own neighbour, and scores lower than a new one would.
/// </para>
/// </remarks>
public sealed class KNearestNeighborsAnomalyTrainer : IEstimator<KNearestNeighborsAnomalyTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly NeighborSettings _settings;
    private readonly double _contamination;
    private readonly float? _threshold;

    internal KNearestNeighborsAnomalyTrainer(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _environment = environment;
        _settings = new(options.FeatureColumnName, options);
        if (options.Threshold is { } threshold)
        {
            _threshold = float.IsNaN(threshold)
                ? throw new ArgumentOutOfRangeException(nameof(options), "Threshold is NaN; it must be a number, or null to find it in Fit.")
                : threshold;
            return;
        }
        if (options.Contamination is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(options),
                string.Create(CultureInfo.InvariantCulture, $"Contamination is {options.Contamination}; it must be at least 0 and less than 1."));
        }
        _contamination = options.Contamination;
    }

    /// <summary>What the trainer asks of its data.</summary>
    public TrainerInfo Info { get; } = TrainerInfos.Create(needNormalization: true, wantCaching: false, supportsValidation: false);

    /// <summary>Reads the reference rows and finds the threshold, unless it is given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">A feature is NaN or infinite, there are no rows, or none has another row to find a
    /// threshold by.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled, or <c>MLContext.CancelExecution</c> was called.</exception>
    public KNearestNeighborsAnomalyTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(Shapes.Of(input.Schema));
        var rowIds = new List<DataViewRowId>();
        var model = NeighborModel.Fit(_environment, input, _settings, new AnomalyOutput(_threshold ?? float.NaN), rowIds);
        if (_threshold is null)
            model = model.With(new AnomalyOutput(FindThreshold(model, input, rowIds)));
        return model.Ids is null ? new TrainedAnomalyTransformer(model, [.. rowIds]) : new KNearestNeighborsAnomalyTransformer(model);
    }

    /// <summary>The shape of the output for an input of this shape.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        InputColumns.CheckFeatures(inputSchema, _settings.FeatureColumn);
        if (_settings.RowIdColumn is not null)
            ReferenceIds.Check(inputSchema, _settings.RowIdColumn);
        return inputSchema.With(new AnomalyOutput(0).GetOutputColumns(new DataViewSchema.Builder().ToSchema()));
    }

    private float FindThreshold(NeighborModel model, IDataView input, List<DataViewRowId> rowIds)
    {
        var host = _environment.Register("KNearestNeighbors");
        var scored = new KNearestNeighborsAnomalyTransformer(model).TransformForTraining(input, rowIds);
        var scores = new List<float>();
        foreach (var score in scored.GetColumn<float>(scored.Schema["Score"]))
        {
            if (_settings.Cancellation.IsCancellationRequested || host.IsCancelled())
                throw new OperationCanceledException("Finding the threshold of anomalies was cancelled.", _settings.Cancellation);
            if (!float.IsNaN(score))
                scores.Add(score);
        }
        return scores.Count > 0
            ? UpperFraction.Threshold([.. scores], _contamination)
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"Contamination is {_contamination}, and none of the {model.Set.Count} rows has another row as its neighbour to find a threshold by: add rows, or set Threshold."));
    }

    /// <summary>The options of <see cref="KNearestNeighborsAnomalyTrainer"/>.</summary>
    public sealed class Options : NeighborOptions
    {
        /// <summary>The column of the vectors whose distances are taken. Default "Features".</summary>
        public string FeatureColumnName = "Features";

        /// <summary>
        /// The largest fraction of the training rows that are taken for anomalies, at least 0 and less than 1. Not used where
        /// <see cref="Threshold"/> is given. Default 0.01.
        /// </summary>
        public double Contamination = 0.01;

        /// <summary>The Score above which a row is an anomaly, or null (the default) to find it in Fit.</summary>
        public float? Threshold;
    }
}
