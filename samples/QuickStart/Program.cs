// Learns from handwritten digits 0 to 6 what makes two pictures alike, then measures how well that carries over:
// to other pictures of the same digits, and to 7, 8 and 9, which training never sees.
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Evaluation;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Trainers;
using QuickStart;

var ml = new MLContext(seed: 1);
ConsoleReport.Begin();

// 1. The data. Three quarters of the rows of 0 to 6 are for training. Nothing below is chosen by looking at the other rows:
//    the settings of step 2 come from a second split, of the training rows alone.
Digit[] digits = Digit.Load(Path.Combine(AppContext.BaseDirectory, "optdigits.csv.gz"));
new Random(1).Shuffle(digits);
Digit[] known = [.. digits.Where(digit => digit.Label[0] <= '6')];
Digit[] train = known[..(known.Length * 3 / 4)];
Digit[] heldOut = known[train.Length..];
Digit[] unseen = [.. digits.Where(digit => digit.Label[0] > '6')];
ConsoleReport.Data(train, heldOut, unseen);

IDataView trainView = ml.Data.LoadFromEnumerable(train);
IDataView heldOutView = ml.Data.LoadFromEnumerable(heldOut);
IDataView unseenView = ml.Data.LoadFromEnumerable(unseen);

// 2. Train. The trainer itself sets a tenth of its rows aside, to stop when they no longer gain and to keep the best weights.
var embedder = ConsoleReport.Watch(progress => ml.Similarity.Trainers.MetricLearning(new MetricLearningTrainer.Options
{
    LabelColumnName = nameof(Digit.Label),
    FeatureColumnName = nameof(Digit.Pixels),
    Loss = new TripletLoss { Margin = 0.2 },
    LearningRate = 3e-3,
    MaximumNumberOfEpochs = 60,
    Progress = progress,
}).Fit(trainView));

// 3. Measure, beside the pixels as they are: does a picture find the others of its digit?
Comparison[] comparisons =
[
    new("Digits 0–6, held-out rows", Measure(heldOutView, "Pixels"), Measure(embedder.Transform(heldOutView), "Embedding")),
    new("Digits 7–9, never seen", Measure(unseenView, "Pixels"), Measure(embedder.Transform(unseenView), "Embedding")),
];
ConsoleReport.Retrieval(comparisons);

RetrievalMetrics Measure(IDataView rows, string column) => ml.Similarity.EvaluateRetrieval(rows, "Label", column);

// 4. Look at neighbours, among all rows that were not trained on. A row is never its own neighbour: Id tells rows apart.
Digit[] gallery = [.. heldOut, .. unseen];
IDataView galleryView = embedder.Transform(ml.Data.LoadFromEnumerable(gallery));
Neighborhood[] byPixels = Neighbors("Pixels"), byEmbedding = Neighbors("Embedding");
ConsoleReport.Neighbors(gallery, byEmbedding);

Neighborhood[] Neighbors(string column)
{
    var search = ml.Similarity.Transforms.NearestNeighbors("Neighbor", column, numberOfNeighbors: 8, columns: ["Label"], rowIdColumnName: "Id");
    return [.. ml.Data.CreateEnumerable<Neighborhood>(search.Fit(galleryView).Transform(galleryView), reuseRowObject: false)];
}

// 5. Classify by the nearest training rows. 7, 8 and 9 cannot be right yet, until ten examples of each are added: no retraining.
Digit[] examples = [.. unseen.GroupBy(digit => digit.Label).SelectMany(rows => rows.Take(10))];
IDataView exampleView = embedder.Transform(ml.Data.LoadFromEnumerable(examples));
IDataView queryView = embedder.Transform(ml.Data.LoadFromEnumerable(gallery.Except(examples)));

var trainer = ml.MulticlassClassification.Trainers.KNearestNeighbors("Label", "Embedding", numberOfNeighbors: 5);
var classifier = trainer.Fit(embedder.Transform(trainView));
var extended = classifier.AddRows(exampleView);
var onPixels = ml.MulticlassClassification.Trainers.KNearestNeighbors("Label", "Pixels", numberOfNeighbors: 5).Fit(trainView).AddRows(exampleView);
Classification[] classifications =
[
    Classification.Of("Embedding, before", Classify(classifier)),
    Classification.Of("Embedding, 10 examples of each new digit", Classify(extended)),
    Classification.Of("Pixels, the same rows and examples", Classify(onPixels)),
];
ConsoleReport.Classification(classifications);

// PredictedLabel is a key, as from any ML.NET classifier: map it back to the text it stands for.
Answer[] Classify(ITransformer model)
{
    var scored = model.Transform(queryView);
    var named = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored).Transform(scored);
    return [.. ml.Data.CreateEnumerable<Answer>(named, reuseRowObject: false)];
}

// 6. Save both stages as one model, load it, and compare every bit of what it gives.
var model = new TransformerChain<ITransformer>(embedder, extended);
ml.Model.Save(model, trainView.Schema, "digits.zip");
ITransformer loaded = ml.Model.Load("digits.zip", out _);
IDataView galleryRows = ml.Data.LoadFromEnumerable(gallery);
ConsoleReport.Reloaded("digits.zip", Same(model.Transform(galleryRows), loaded.Transform(galleryRows), "Embedding", "Score"));

static bool Same(IDataView left, IDataView right, params string[] columns) => columns.All(column =>
    left.GetColumn<float[]>(column).SelectMany(row => row).Select(BitConverter.SingleToInt32Bits)
        .SequenceEqual(right.GetColumn<float[]>(column).SelectMany(row => row).Select(BitConverter.SingleToInt32Bits)));

// 7. The same as a page, with a map of the digits before and after.
Point[] Map(string column)
{
    var projection = ml.Transforms.ProjectToPrincipalComponents("Position", column, rank: 2, seed: 1);
    return [.. ml.Data.CreateEnumerable<Point>(projection.Fit(galleryView).Transform(galleryView), reuseRowObject: false)];
}

var page = new HtmlReport
{
    Summary = embedder.Summary,
    Comparisons = comparisons,
    Classifications = classifications,
    Gallery = gallery,
    NeighborsByPixels = byPixels,
    NeighborsByEmbedding = byEmbedding,
    MapOfPixels = Map("Pixels"),
    MapOfEmbedding = Map("Embedding"),
};
ConsoleReport.Written(page.Save("report.html"));
