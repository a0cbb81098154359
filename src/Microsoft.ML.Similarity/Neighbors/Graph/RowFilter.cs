using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>The nodes of which some row may be returned.</summary>
internal readonly struct RowFilter(RowTable table, RowMask mask) : INodeFilter
{
    public bool Allows(int node)
    {
        if (!table.HasChains)
            return mask.Allows(node);
        foreach (var row in table.RowsOf(node))
        {
            if (mask.Allows(row))
                return true;
        }
        return false;
    }
}
