using Microsoft.ML.Similarity.Tests.Training;

namespace Microsoft.ML.Similarity.Tests.Trainers;

public sealed class PipelineTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [Test]
    public void Cross_validation_works_on_an_embedding_followed_by_its_neighbours()
    {
        var data = TrainingData.View(Ml, TrainingData.Blobs(rowsPerClass: 30, spread: 0.3f));
        var keyed = Ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        var pipeline = Ml.Similarity.Trainers.MetricLearning(Fast.Options(o => o.MaximumNumberOfEpochs = 10))
            .Append(Ml.MulticlassClassification.Trainers.KNearestNeighbors("Label", "Embedding"));
        var folds = Ml.MulticlassClassification.CrossValidate(keyed, pipeline, numberOfFolds: 3);
        Assert.That(folds, Has.Count.EqualTo(3));
        Assert.That(folds.Select(fold => fold.Metrics.MicroAccuracy), Is.All.GreaterThan(0.9));
    }
}
