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
        return new(environment, options.FeatureColumn, options.NumberOfNeighbors, new(index, new(rows.Count, columns), options.IndexFileName), output, ids);
    }

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

    /// <summary>A model without the rows whose ids others have; this one stays as it is, and they share the rows' memory.</summary>
    /// <exception cref="InvalidOperationException">The rows have no ids, or none would be left.</exception>
    public NeighborModel RemoveRows(IDataView rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (Ids is null)
        {
            throw new InvalidOperationException(
                "The reference rows have no ids to tell by which to remove: set RowIdColumnName to a column of ids before Fit.");
        }
        using var run = new BuildRun(Environment);
        var removed = new HashSet<int>();
        using (var cursor = rows.GetRowCursor([Ids.Required(rows.Schema)]))
        {
            var id = Ids.CreateReader(cursor);
            while (cursor.MoveNext())
            {
                run.Cancellation.ThrowIfCancellationRequested();
                removed.Add(id());
            }
        }
        removed.Remove(LabelReader.Missing);
        return Without(Set.Where<int>(Set.Columns.ColumnCount - 1, removed.Contains), run);
    }

    /// <summary>A model without the rows of some numbers; this one stays as it is, and they share the rows' memory.</summary>
    /// <param name="numbers">Those of no row are ignored.</param>
    /// <exception cref="InvalidOperationException">No row would be left.</exception>
    public NeighborModel RemoveRows(IEnumerable<long> numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        using var run = new BuildRun(Environment);
        return Without(numbers.ToHashSet(), run);
    }

    private NeighborModel Without(IReadOnlySet<long> numbers, BuildRun run)
    {
        var set = Set.Without(numbers, run);
        return set.Count > 0
            ? new(Environment, FeatureColumn, NumberOfNeighbors, set, Output, Ids)
            : throw new InvalidOperationException($"All {Set.Count} reference rows would be removed; a transformer needs at least one.");
    }
}
