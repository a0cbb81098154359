using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Interop;

/// <summary>A transformer fresh from Fit: while the rest of its pipeline trains, a row is not its own neighbour.</summary>
internal sealed class TrainedMultiLabelTransformer(NeighborModel model, DataViewRowId[] rowIds)
    : KNearestNeighborsMultiLabelTransformer(model), ITransformerWithDifferentMappingAtTrainingTime
{
    IDataView ITransformerWithDifferentMappingAtTrainingTime.TransformForTrainingPipeline(IDataView input) => TransformForTraining(input, rowIds);
}
