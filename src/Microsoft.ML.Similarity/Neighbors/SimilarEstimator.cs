using System.Globalization;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Evaluation;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Scores how similar two vectors of a row are, and decides by a threshold whether the two belong together.</summary>
/// <remarks>
/// <para><b>Input and Output Columns</b></para>
/// <list type="table">
/// <item><term><see cref="Options.LeftColumnName"/>, <see cref="Options.RightColumnName"/> (input)</term><description>Vectors of
/// one known number of <see cref="float"/>, dense or sparse</description></item>
/// <item><term><see cref="Options.LabelColumnName"/> (input of Fit, unless <see cref="Options.Threshold"/> is given)</term>
/// <description><see cref="bool"/>: whether the two belong together</description></item>
/// <item><term>Score (output)</term><description><see cref="float"/>: the higher, the more similar. The cosine of the angle, minus
/// the Euclidean distance, or the inner product. NaN where a value is NaN or infinite; the cosine with a vector of zeros is
/// 0</description></item>
/// <item><term>PredictedLabel (output)</term><description><see cref="bool"/>: whether Score is at least the threshold; false for
/// NaN</description></item>
/// </list>
/// <para><b>Characteristics</b></para>
/// <list type="table">
/// <item><term>Machine learning task</term><description>Binary classification</description></item>
/// <item><term>Is normalization required?</term><description>As for the embeddings that are compared</description></item>
/// <item><term>Is caching required?</term><description>No: the data is read once</description></item>
/// </list>
/// <para>
/// Fit scores the pairs given, best ones that training did not see, and takes the smallest threshold that accepts at most
/// <see cref="Options.FalseAcceptRate"/> of those whose label is false; pairs of one score are accepted or rejected together.
/// Where there are fewer of them than 1 / FalseAcceptRate, none may be accepted: the threshold lies just above the highest
/// score among them, and a warning says how large the rate may be all the same. Pairs whose label is true only tell the
/// true-accept rate. Pairs whose score is NaN are left out, with a warning.
/// </para>
/// <para>
/// ML.NET's <c>EvaluateNonCalibrated</c> ranks by Score, so its areas under curves are right, but it counts a pair as accepted where
/// Score is above 0, whatever PredictedLabel says. What the threshold does is told by <see cref="SimilarTransformer.Calibration"/>.
/// </para>
/// </remarks>
public sealed class SimilarEstimator : IEstimator<SimilarTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly string _leftColumn;
    private readonly string _rightColumn;
    private readonly string? _labelColumn;
    private readonly double _falseAcceptRate;
    private readonly float _threshold;
    private readonly NeighborMetric _metric;

    internal SimilarEstimator(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.LeftColumnName);
        ArgumentException.ThrowIfNullOrEmpty(options.RightColumnName);
        NeighborSettings.CheckMetric(options.Metric);
        _environment = environment;
        _leftColumn = options.LeftColumnName;
        _rightColumn = options.RightColumnName;
        _metric = options.Metric;
        if (options.Threshold is { } threshold)
        {
            _threshold = float.IsNaN(threshold)
                ? throw new ArgumentOutOfRangeException(nameof(options), "Threshold is NaN; it must be a number, or null to find it in Fit.")
                : threshold;
            return;
        }
        ArgumentException.ThrowIfNullOrEmpty(options.LabelColumnName);
        if (options.FalseAcceptRate is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(options),
                string.Create(CultureInfo.InvariantCulture, $"FalseAcceptRate is {options.FalseAcceptRate}; it must be from 0 to 1."));
        }
        _labelColumn = options.LabelColumnName;
        _falseAcceptRate = options.FalseAcceptRate;
    }

    /// <summary>Finds the threshold, unless it is given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or the vectors are not of one size.</exception>
    /// <exception cref="InvalidOperationException">No pair with a score has the label false, or too many of them have an infinite
    /// score for any threshold.</exception>
    public SimilarTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(Shapes.Of(input.Schema));
        var dimension = SimilarMapping.Inputs(input.Schema, _leftColumn, _rightColumn, dimension: null).Dimension;
        var transformer = new SimilarTransformer(_leftColumn, _rightColumn, dimension, _metric, _threshold, calibration: null);
        if (_labelColumn is null)
            return transformer;
        using var channel = _environment.Register("Similar").Start("Calibrating the threshold");
        var scored = transformer.Transform(input);
        // By its place: the columns added may hide the label by name.
        var label = scored.Schema[InputColumns.Boolean(input.Schema, _labelColumn).Index];
        var pairs = ScoreReader.ReadPairs(scored, label, scored.Schema["Score"], smallerIsSimilar: false);
        var (threshold, calibration) = ThresholdCalibrator.Calibrate(pairs, _falseAcceptRate);
        Warn(channel, calibration);
        return new(_leftColumn, _rightColumn, dimension, _metric, threshold, calibration);
    }

    /// <summary>The shape of the output for an input of this shape.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        InputColumns.CheckFeatures(inputSchema, _leftColumn, SimilarMapping.LeftRole);
        InputColumns.CheckFeatures(inputSchema, _rightColumn, SimilarMapping.RightRole);
        if (_labelColumn is not null)
            InputColumns.CheckBoolean(inputSchema, _labelColumn);
        return inputSchema.With(SimilarMapping.Outputs(new DataViewSchema.Builder().ToSchema()));
    }

    private static void Warn(IChannel channel, ThresholdCalibration calibration)
    {
        if (calibration.SkippedCount > 0)
            channel.Warning(MessageSensitivity.None, "{0} pairs were left out because their score is NaN.", calibration.SkippedCount);
        if (calibration.PositiveCount == 0)
            channel.Warning(MessageSensitivity.None, "No pair has the label true: the true-accept rate is not known.");
        if (calibration.IsBeyondResolution)
        {
            // The rule of three: no event among n trials leaves a rate of up to 3 / n at 95 % confidence.
            var bound = Math.Min(1, 3d / calibration.NegativeCount);
            channel.Warning(MessageSensitivity.None, string.Create(CultureInfo.InvariantCulture,
                $"{calibration.NegativeCount} pairs whose label is false are too few to show a false-accept rate of {calibration.TargetFalseAcceptRate}: the threshold rejects them all, and the rate may still be as large as {bound:G2} (95 % confidence)."));
        }
    }

    /// <summary>The options of <see cref="SimilarEstimator"/>.</summary>
    public sealed class Options
    {
        /// <summary>The column of one vector. Default "LeftEmbedding".</summary>
        public string LeftColumnName = "LeftEmbedding";

        /// <summary>The column of the other vector. Default "RightEmbedding".</summary>
        public string RightColumnName = "RightEmbedding";

        /// <summary>Whether the two belong together: read by Fit alone, and not where <see cref="Threshold"/> is given. Default "Label".</summary>
        public string LabelColumnName = "Label";

        /// <summary>
        /// The largest fraction of the pairs whose label is false that Fit lets the threshold accept, from 0 to 1. Not used where
        /// <see cref="Threshold"/> is given. Default 0.01.
        /// </summary>
        public double FalseAcceptRate = 0.01;

        /// <summary>The least Score of two that belong together, or null (the default) to find it in Fit.</summary>
        public float? Threshold;

        /// <summary>How the vectors are compared. Default <see cref="NeighborMetric.Cosine"/>.</summary>
        public NeighborMetric Metric = NeighborMetric.Cosine;
    }
}
