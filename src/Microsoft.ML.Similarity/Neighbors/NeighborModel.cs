using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>All that a k-nearest-neighbours transformer knows. Never changes.</summary>
internal sealed class NeighborModel
{
    public NeighborModel(
        IHostEnvironment environment, string featureColumn, int numberOfNeighbors, ReferenceSet set, NeighborOutput output, ReferenceIds? ids)
    {
        Environment = environment;
        FeatureColumn = featureColumn;
        NumberOfNeighbors = numberOfNeighbors;
        Set = set;
        Output = output;
        Ids = ids;
        ids?.Ids.Freeze();
    }

    public IHostEnvironment Environment { get; }

    public string FeatureColumn { get; }

    public int NumberOfNeighbors { get; }

    public ReferenceSet Set { get; }

    public NeighborOutput Output { get; }

    public ReferenceIds? Ids { get; }

    /// <summary>Reads the first reference rows.</summary>
    /// <param name="environment">The environment to log to.</param>
    /// <param name="view">The rows.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="output">What becomes of the neighbours; meets the rows' labels.</param>
    /// <param name="rowIds">Where to note the view's own ids of the rows taken.</param>
    /// <exception cref="OperationCanceledException">The options' token or the environment was cancelled.</exception>
    public static NeighborModel Fit(
        IHostEnvironment environment, IDataView view, NeighborSettings options, NeighborOutput output, List<DataViewRowId> rowIds)
    {
        var features = InputColumns.Features(view.Schema, options.FeatureColumn);
        var ids = options.RowIdColumn is null ? null : ReferenceIds.Create(view.Schema, options.RowIdColumn);
        using var run = new BuildRun(environment, options.Progress, options.Cancellation);
        var (rows, columns) = ReferenceReader.Read(run, view, features, output, ids, ids is null ? rowIds : null);
        var index = FrozenIndex.Build(rows, new()
        {
            Metric = options.Metric,
            Mode = options.SearchMode,
            Seed = environment.Seed() ?? 0,
            NumberOfThreads = options.NumberOfThreads,
            Progress = run,
            CancellationToken = run.Cancellation,
        });
        return new(environment, options.FeatureColumn, options.NumberOfNeighbors, new(index, new(rows.Count, columns)), output, ids);
    }

    /// <summary>A model of the same rows that makes something else of the neighbours.</summary>
    public NeighborModel With(NeighborOutput output) => new(Environment, FeatureColumn, NumberOfNeighbors, Set, output, Ids);

    /// <summary>A model with these rows and more; this one stays as it is, and they share the rows' memory.</summary>
    public NeighborModel AddRows(IDataView rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var features = InputColumns.Features(rows.Schema, FeatureColumn, dimension: Set.Dimension);
        var output = Output.Copy();
        var ids = Ids?.Copy();
        using var run = new BuildRun(Environment);
        var (added, columns) = ReferenceReader.Read(run, rows, features, output, ids, rowIds: null);
        return new(Environment, FeatureColumn, NumberOfNeighbors, Set.With(added, columns, run), output, ids);
    }
}
