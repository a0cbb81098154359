using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Graph;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Makes the engine over rows that a mode asks for.</summary>
internal static class SearcherBuilder
{
    // Measured: with fewer rows a batch of exact searches is about as fast; and one distance on the way along a graph costs about as much
    // time as the comparison of twenty rows' codes in order.
    private const int LeastAutomaticRows = 50_000;
    private const int ComparisonsPerDistance = 20;

    public static RowSearcher Build(RowTable table, NeighborIndex.Options options, ParallelOptions parallel, Stages stages, List<IDisposable> owners)
    {
        var filterOwners = new List<IDisposable>();
        var graphOwners = new List<IDisposable>();
        try
        {
            var filter = stages.Run(NeighborIndexStage.Codes, () => BoundFilterFit.Create(table.Nodes, table.Metric, parallel, filterOwners));
            if (Graph(table, options.Mode) is { } graphOptions)
            {
                var searcher = stages.Run(NeighborIndexStage.Graph, progress =>
                    GraphFit.Create(table, graphOptions with { Parallel = parallel, Progress = progress, Seed = (ulong)options.Seed }, filter, graphOwners));
                if (options.Mode is ApproximateMode || Pays(searcher.Shape, table.Nodes.Count))
                {
                    filterOwners.ForEach(owner => owner.Dispose());
                    owners.AddRange(graphOwners);
                    return searcher;
                }
                searcher.Dispose();
                graphOwners.ForEach(owner => owner.Dispose());
            }
            owners.AddRange(filterOwners);
            return new ExactSearcher(table, filter);
        }
        catch
        {
            filterOwners.ForEach(owner => owner.Dispose());
            graphOwners.ForEach(owner => owner.Dispose());
            throw;
        }
    }

    private static GraphBuildOptions? Graph(RowTable table, SearchMode mode) => mode switch
    {
        ApproximateMode approximate => approximate.BuildOptions,
        AutomaticMode automatic when table.Nodes.Count >= LeastAutomaticRows => new GraphBuildOptions { TargetRecall = automatic.TargetRecall },
        _ => null,
    };

    private static bool Pays(GraphShape shape, int nodes) =>
        GraphEffort.For(shape.Efforts, GraphCalibration.UsualNeighbors).Distances * ComparisonsPerDistance <= nodes;
}
