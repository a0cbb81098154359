// What a user of the package writes, run from the package by ../package-smoke.sh; the last line tells it that all went well.
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Evaluation;

var ml = new MLContext(seed: 1);
Check("The catalog is the context's own", ReferenceEquals(ml.Similarity, ml.GetSimilarity()));

var random = new Random(1);
var rows = "abcdef".SelectMany(label => Enumerable.Range(0, 30).Select(_ => new Row
{
    Label = label.ToString(),
    Features = [.. Enumerable.Range(0, 8).Select(i => (label * (i + 1) % 7) + random.NextSingle())],
})).ToArray();
var trainClasses = ml.Data.LoadFromEnumerable(rows.Where(row => row.Label[0] <= 'd'));
var allClasses = ml.Data.LoadFromEnumerable(rows);

var embedding = ml.Similarity.Trainers.Triplet("Label", "Features").Fit(trainClasses);
RetrievalMetrics metrics = ml.Similarity.EvaluateRetrieval(embedding.Transform(allClasses), "Label", "Embedding");
Check("A trained embedding finds rows of the same class", metrics.PrecisionAt1 == 1);

var classifier = ml.MulticlassClassification.Trainers.KNearestNeighbors("Label", "Embedding").Fit(embedding.Transform(trainClasses))
    .AddRows(embedding.Transform(ml.Data.LoadFromEnumerable(rows.Where(row => row.Label[0] > 'd'))));
ITransformer model = new TransformerChain<ITransformer>(embedding, classifier);
var path = Path.Combine(AppContext.BaseDirectory, "model.zip");
ml.Model.Save(model, trainClasses.Schema, path);
var loaded = new MLContext().Model.Load(path, out _);
Check("A loaded model scores as the saved one", Scores(loaded).SequenceEqual(Scores(model)));

using var engine = ml.Model.CreatePredictionEngine<Row, Prediction>(loaded);
Check("A class added without training is recognised", engine.Predict(rows[^1]).Score is [.., > 0.5f]);

Console.WriteLine("The package works.");

float[] Scores(ITransformer transformer) => [.. transformer.Transform(allClasses).GetColumn<float[]>("Score").SelectMany(scores => scores)];

static void Check(string what, bool holds)
{
    if (!holds)
        throw new InvalidOperationException($"{what}: no.");
    Console.WriteLine($"{what}: yes.");
}

internal sealed class Row
{
    public string Label { get; set; } = "";

    [VectorType(8)]
    public float[] Features { get; set; } = [];
}

internal sealed class Prediction
{
    public float[] Score { get; set; } = [];
}
