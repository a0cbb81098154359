using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>What all transformers that search among reference rows have in common.</summary>
/// <remarks>
/// A transformer never changes: its views, mappers and prediction engines may be used on several threads at once, each by one thread at a
/// time. All of them search the one index of the transformer, whose memory is freed after the last of them; disposing one leaves the others
/// as they are.
/// </remarks>
public abstract class NeighborTransformer : ITransformer
{
    private readonly string _signature;

    private protected NeighborTransformer(NeighborModel model, string signature)
    {
        Model = model;
        _signature = signature;
    }

    /// <summary>The number of neighbours asked for; a query has fewer where there are not so many reference rows.</summary>
    public int NumberOfNeighbors => Model.NumberOfNeighbors;

    /// <summary>How distances are measured.</summary>
    public NeighborMetric Metric => Model.Set.Metric;

    /// <summary>How thoroughly the index is searched.</summary>
    public SearchMode SearchMode => Model.Set.Index.Mode;

    /// <summary>
    /// What the index of the reference rows holds: bytes, distinct rows and, of a graph, the recall measured on rows held out when it was made.
    /// </summary>
    public NeighborIndexStatistics Statistics => Model.Set.Index.Statistics;

    /// <summary>The file beside a saved model that holds the index, or null where the model itself holds it: <see cref="NeighborOptions.IndexFileName"/>.</summary>
    public string? IndexFileName => Model.Set.IndexFileName;

    /// <summary>The number of reference rows.</summary>
    public int Count => Model.Set.Count;

    /// <summary>The name of the feature column.</summary>
    public string FeatureColumnName => Model.FeatureColumn;

    /// <summary>Always true: each row is scored by itself.</summary>
    public bool IsRowToRowMapper => true;

    internal NeighborModel Model { get; }

    /// <summary>The input's columns followed by those this transformer adds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The schema lacks an input column, or has it with another type or
    /// dimension.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).Output;

    /// <summary>A mapper of single rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The schema lacks an input column, or has it with another type or
    /// dimension.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new BatchedRowMapper(Bind(inputSchema));

    /// <summary>A lazy view with the columns added.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The input lacks an input column, or has it with another type or dimension.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new BatchedView(input, Bind(input.Schema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => NeighborModelFile.Save(ctx, _signature, Model);

    /// <summary>What a pipeline trains its later stages on: as <see cref="Transform"/>, but no row is its own neighbour.</summary>
    /// <param name="input">The very view that the transformer was fitted on.</param>
    /// <param name="rowIds">The ids in it of the reference rows.</param>
    internal IDataView TransformForTraining(IDataView input, IReadOnlyList<DataViewRowId> rowIds) =>
        new BatchedView(input, new BatchBinding(input.Schema, new NeighborMapping(Model, rowIds)));

    private BatchBinding Bind(DataViewSchema input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new BatchBinding(input, new NeighborMapping(Model));
    }
}
