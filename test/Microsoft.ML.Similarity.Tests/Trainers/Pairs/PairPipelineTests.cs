using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Evaluation;
using Microsoft.ML.Similarity.Tests.Contract;
using Microsoft.ML.Similarity.Tests.Training;
using Microsoft.ML.Similarity.Trainers;

namespace Microsoft.ML.Similarity.Tests.Trainers.Pairs;

/// <summary>What users do with pairs, from training to decisions; on real handwritten digits.</summary>
public sealed class PairPipelineTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly LabelledRow[] Training = [.. TrainingData.Digits.Where((_, i) => i % 3 != 0)];
    private static readonly LabelledRow[] HeldOut = [.. TrainingData.Digits.Where((_, i) => i % 3 == 0)];

    [Test]
    public void Pairs_are_verified_by_a_threshold_found_for_a_false_accept_rate()
    {
        var test = ExamplePairs.View(Ml, ExamplePairs.Of(HeldOut, 3000, seed: 3));
        var pipeline = Ml.Similarity.Trainers.ContrastivePairs("Left", "Right", "Same")
            .Append(Ml.Similarity.Transforms.Similar("LeftEmbedding", "RightEmbedding", "Same", falseAcceptRate: 0.05));
        var model = pipeline.Fit(ExamplePairs.View(Ml, ExamplePairs.Of(Training, 6000)));
        var loaded = EstimatorContract.SaveAndLoad(Ml, model, test.Schema, out _);

        var scored = loaded.Transform(test);
        VerificationMetrics metrics = Ml.Similarity.EvaluateVerification(scored, "Same");
        var decisions = scored.GetColumn<bool>("PredictedLabel").Zip(scored.GetColumn<bool>("Same")).ToArray();
        var falseAccepts = decisions.Count(pair => pair is (true, false)) / (double)decisions.Count(pair => !pair.Second);
        TestContext.Out.WriteLine($"ROC-AUC {metrics.AreaUnderRocCurve:F3}, false accepts {falseAccepts:F3}");
        Assert.That(metrics.AreaUnderRocCurve, Is.GreaterThan(0.95));
        Assert.That(falseAccepts, Is.EqualTo(0.05).Within(0.04));

        using var engine = Ml.Model.CreatePredictionEngine<PairRow, Decision>(loaded, test.Schema);
        var first = ExamplePairs.Of(HeldOut, 3000, seed: 3)[0];
        var decision = engine.Predict(first);
        Assert.That((decision.Score, decision.PredictedLabel), Is.EqualTo((scored.GetColumn<float>("Score").First(), decisions[0].First)));
    }

    [Test]
    public void Mined_triplets_of_ids_train_further()
    {
        var rows = Training.Select((row, i) => new LabelledItem { Id = $"item {i}", Label = row.Label, Features = row.Features }).ToArray();
        var schema = SchemaDefinition.Create(typeof(LabelledItem));
        schema[nameof(LabelledItem.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 64);
        var items = Ml.Data.LoadFromEnumerable(rows, schema);
        var triplets = Ml.Similarity.MineHardNegatives(items, "Label", "Features", "Id", new() { NumberOfNegatives = 3, NumberOfPositives = 3, Positives = Similarity.Neighbors.MinedPositives.Random });
        var model = Ml.Similarity.Trainers.Triplets(new TripletsTrainer.Options { Items = items, Seed = 1 }).Fit(triplets);

        var heldOut = TrainingData.View(Ml, HeldOut);
        var learned = Ml.Similarity.EvaluateRetrieval(model.ForColumn().Transform(heldOut), "Label", "Embedding").MeanAveragePrecisionAtR;
        var raw = Ml.Similarity.EvaluateRetrieval(heldOut, "Label", "Features").MeanAveragePrecisionAtR;
        TestContext.Out.WriteLine($"{model.Summary.TrainingRows} triplets: MAP@R {learned:F3}, raw {raw:F3}");
        Assert.That(learned, Is.GreaterThan(raw + 0.1));
    }

    [Test]
    public void Embeddings_of_pairs_can_be_cut()
    {
        var data = ExamplePairs.View(Ml, ExamplePairs.Of(Training, 200));
        foreach (var items in new[] { null, ExamplePairs.View(Ml, ExamplePairs.Items(Training)) })
        {
            var model = PairTrainers.Create(Ml, "RankedPairs", items).Fit(data);
            var cut = model.Truncate(2);
            var name = items is null ? "LeftEmbedding" : "LeftIdEmbedding";
            var whole = Neighbors.Examples.Vectors<float>(model.Transform(data), name);
            var short2 = Neighbors.Examples.Vectors<float>(EstimatorContract.SaveAndLoad(Ml, cut, data.Schema, out _).Transform(data), name);
            for (var i = 0; i < whole.Length; i++)
            {
                var length = MathF.Sqrt(whole[i][0] * whole[i][0] + whole[i][1] * whole[i][1]);
                Assert.That(short2[i], Is.EqualTo(new[] { whole[i][0] / length, whole[i][1] / length }).Within(1e-5f));
            }
            Assert.That(() => model.Truncate(5), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }

    private sealed class Decision
    {
        public float Score { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class LabelledItem
    {
        public string Id { get; set; } = "";

        public string Label { get; set; } = "";

        public float[] Features { get; set; } = [];
    }
}
