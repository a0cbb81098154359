using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Interop;

/// <summary>Called by <c>ml.Model.Load</c>.</summary>
internal static class MultiLabelNeighborsLoader
{
    public static KNearestNeighborsMultiLabelTransformer Create(IHostEnvironment environment, ModelLoadContext context) =>
        new(NeighborModelFile.Load(environment, context, KNearestNeighborsMultiLabelTransformer.Signature));
}
