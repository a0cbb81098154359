using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Finds nodes of a graph, whatever it compares. Safe for many threads.</summary>
internal abstract unsafe class GraphWalker
{
    /// <param name="table">The rows.</param>
    /// <param name="shape">Of the graph.</param>
    /// <param name="memory">Of the graph.</param>
    public static GraphWalker Create(RowTable table, GraphShape shape, GraphMemory memory)
    {
        var links = new GraphLinks(
            shape.Degree, memory.Base.As<int>(), memory.Upper.As<int>(), memory.FirstUpperBlocks.As<int>(), memory.Levels.Pointer, shape.Entry,
            table.Nodes.Count);
        if (shape.Codes != GraphCodes.Vectors)
            return new GraphWalker<CodeNodes>(links, new CodeNodes(memory.Codes.Pointer, Padding.ForCodes(shape.Kept)), table.Nodes.Count);
        if (table.Metric == NeighborMetric.InnerProduct)
            return new GraphWalker<LiftedFloatNodes>(links, new LiftedFloatNodes(table.Nodes, memory.Codes.As<float>()), table.Nodes.Count);
        return new GraphWalker<FloatNodes>(links, new FloatNodes(table.Nodes), table.Nodes.Count);
    }

    /// <summary>The nodes nearest to each of some targets in the nodes' form; fewer than the width only where there are no more.</summary>
    /// <param name="targets">The targets.</param>
    /// <param name="count">How many, at most <see cref="SearchTeam.Size"/>.</param>
    /// <param name="width">How many nodes to find.</param>
    /// <param name="team">Receives what is found.</param>
    public abstract void Find(void** targets, int count, int width, SearchTeam team);

    /// <summary>The nodes nearest to a target that the filter allows; fewer than the width only where there are no more.</summary>
    public abstract void Find(void* target, in RowFilter filter, int width, SearchMemory memory);
}
