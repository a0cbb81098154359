using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Evaluation;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Adds how similar two vectors of a row are, and whether that reaches the threshold: see <see cref="SimilarEstimator"/>.</summary>
/// <remarks>
/// Never changes and holds no native memory: its views, mappers and prediction engines may be used on several threads at once,
/// each by one thread at a time.
/// </remarks>
public sealed class SimilarTransformer : ITransformer
{
    private readonly SimilarMapping _mapping;

    internal SimilarTransformer(
        string leftColumnName, string rightColumnName, int dimension, NeighborMetric metric, float threshold, ThresholdCalibration? calibration)
    {
        LeftColumnName = leftColumnName;
        RightColumnName = rightColumnName;
        Dimension = dimension;
        Metric = metric;
        Threshold = threshold;
        Calibration = calibration;
        _mapping = new SimilarMapping(leftColumnName, rightColumnName, dimension, metric, threshold);
    }

    /// <summary>The column of one vector.</summary>
    public string LeftColumnName { get; }

    /// <summary>The column of the other vector.</summary>
    public string RightColumnName { get; }

    /// <summary>How the vectors are compared.</summary>
    public NeighborMetric Metric { get; }

    /// <summary>The least Score of two that belong together.</summary>
    public float Threshold { get; }

    /// <summary>What the threshold does on the pairs it was found on; null where it was given.</summary>
    public ThresholdCalibration? Calibration { get; }

    /// <summary>Always true: each row is scored by itself.</summary>
    public bool IsRowToRowMapper => true;

    internal int Dimension { get; }

    /// <summary>The input's columns followed by PredictedLabel and Score.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An input column is missing, or of another type or dimension.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).Output;

    /// <summary>A mapper of single rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An input column is missing, or of another type or dimension.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new BatchedRowMapper(Bind(inputSchema));

    /// <summary>A lazy view with the columns added.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An input column is missing, or of another type or dimension.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new BatchedView(input, Bind(input.Schema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => SavedSimilar.Save(ctx, this);

    private BatchBinding Bind(DataViewSchema input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new BatchBinding(input, _mapping);
    }
}
