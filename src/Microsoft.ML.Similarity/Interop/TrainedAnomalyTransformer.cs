using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Interop;

/// <summary>A transformer fresh from Fit: while the rest of its pipeline trains, a row is not its own neighbour.</summary>
internal sealed class TrainedAnomalyTransformer(NeighborModel model, DataViewRowId[] rowIds)
    : KNearestNeighborsAnomalyTransformer(model), ITransformerWithDifferentMappingAtTrainingTime
{
    IDataView ITransformerWithDifferentMappingAtTrainingTime.TransformForTrainingPipeline(IDataView input) => TransformForTraining(input, rowIds);
}
