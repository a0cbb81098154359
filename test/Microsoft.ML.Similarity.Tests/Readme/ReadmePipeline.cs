using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Evaluation;

namespace Microsoft.ML.Similarity.Tests.Readme;

/// <summary>The pipeline of README.md, between the two marks: compiled here and run by <see cref="ReadmeTests"/>.</summary>
internal static class ReadmePipeline
{
    public static (RetrievalMetrics Metrics, IDataView Scored) Run(IEnumerable<Row> train, IEnumerable<Row> unseen, string path)
    {
        // <readme>
        var ml = new MLContext(seed: 1);
        IDataView trainClasses = ml.Data.LoadFromEnumerable(train);      // rows with a Label and a vector of Features
        IDataView newClasses = ml.Data.LoadFromEnumerable(unseen);       // rows of classes that training does not see

        // Learn an embedding in which rows of one label lie together, and measure it on the new classes.
        var embedding = ml.Similarity.Trainers.Triplet("Label", "Features").Fit(trainClasses);
        var embedded = embedding.Transform(newClasses);
        RetrievalMetrics metrics = ml.Similarity.EvaluateRetrieval(embedded, "Label", "Embedding");
        Console.WriteLine($"MAP@R {metrics.MeanAveragePrecisionAtR:F3}, precision@1 {metrics.PrecisionAt1:F3}");

        // Classify by the nearest neighbours, then teach the new classes by half of their rows: nothing is trained again.
        var examples = ml.Data.TrainTestSplit(embedded, testFraction: 0.5).TrainSet;
        var classifier = ml.MulticlassClassification.Trainers.KNearestNeighbors("Label", "Embedding", numberOfNeighbors: 5)
            .Fit(embedding.Transform(trainClasses))
            .AddRows(examples);

        // Save both stages as one model and load it as any other, here or in another process.
        ml.Model.Save(new TransformerChain<ITransformer>(embedding, classifier), trainClasses.Schema, path);
        ITransformer model = ml.Model.Load(path, out _);
        IDataView scored = model.Transform(newClasses);                  // adds Embedding, Score and PredictedLabel, a key
        // </readme>
        return (metrics, scored);
    }

    public sealed record Row
    {
        public string Label { get; set; } = "";

        [VectorType(4)]
        public float[] Features { get; set; } = [];
    }
}
