using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Losses.Memory;
using Microsoft.ML.Similarity.Losses.Views;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Tests.Trainers.Pairs;
using Microsoft.ML.Similarity.Tests.Training;
using Microsoft.ML.Similarity.Trainers;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>What a loss had learned is taken up, by label, where training continues.</summary>
public sealed class LossInheritanceTests
{
    // Too small a rate for any weight to move.
    private const double Still = 1e-15;

    private static readonly LabelledRow[] Rows = TrainingData.Blobs(classes: 6, rowsPerClass: 20);
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly IDataView Known = View("0123");

    private static readonly Loss[] WithClasses =
    [
        new ArcFaceLoss(),
        new SoftTripleLoss { CentersPerClass = 2 },
        new MarginLoss { BetaKind = BetaKind.PerClass },
        new MatryoshkaLoss { Inner = new ProxyAnchorLoss(), Dimensions = [2, 4] },
        new SumLoss { Terms = [new(new SupConLoss(), 1, new BatchHardMiner()), new(new CosFaceLoss())] },
    ];

    [Test]
    public void Classes_known_keep_their_vectors_and_new_ones_begin_as_they_do([ValueSource(nameof(WithClasses))] Loss loss)
    {
        var first = Fast.Fit(Ml, Known, o => (o.Loss, o.MaximumNumberOfEpochs) = (loss, 6)).Model.LossState!;
        var next = Continue(first, loss, View("5432"), out var lines).Model.LossState!;
        Assert.That(next.Classes, Is.EqualTo(new[] { "class 5", "class 4", "class 3", "class 2", "class 0", "class 1" }));
        Assert.That(next.Names, Is.EqualTo(first.Names));
        var fresh = Fast.Fit(Ml, View("5432"), o => (o.Loss, o.LearningRate) = (loss, Still)).Model.LossState!;
        foreach (var name in first.Names)
        {
            var (before, after) = (ByClass(first, name), ByClass(next, name));
            foreach (var label in first.Classes)
                Assert.That(after[label], Is.EqualTo(before[label]), label);
            Assert.That(after["class 5"], Is.Not.EqualTo(before["class 0"]));
            if (loss is MarginLoss)
                Assert.That(after["class 5"], Is.EqualTo(ByClass(fresh, name)["class 5"]));
        }
        Assert.That(lines, Has.Exactly(1).EndsWith("The loss goes on with what it had learned: of the 4 classes it knew, 2 have no rows now and are kept; 2 classes are new."));
    }

    [Test]
    public void A_memory_keeps_its_rows_and_whose_they_are()
    {
        var loss = new CrossBatchMemoryLoss { MemorySize = 2000 };
        var first = Fast.Fit(Ml, Known, o => o.Loss = loss).Model.LossState!;
        var next = Continue(first, loss, View("5432"), out _).Model.LossState!;
        var count = (int)first.GetValues("count")[0];
        Assert.That(count, Is.InRange(60, 1000));
        Assert.That(next.GetValues("count")[0], Is.GreaterThan(count));
        Assert.That(Remembered(next), Is.EqualTo(Remembered(first)));
        Assert.That(next.GetValues("embeddings")[..(4 * count)], Is.EqualTo(first.GetValues("embeddings")[..(4 * count)]));

        IEnumerable<string> Remembered(LossState state) => state.GetValues("labels").Take(count).Select(label => state.Classes[(int)label]);
    }

    // Vectors of classes are directions, to any loss that has as many for each.
    [Test]
    public void Vectors_serve_another_loss_that_has_as_many()
    {
        var first = Fast.Fit(Ml, Known, o => o.Loss = new ProxyAnchorLoss()).Model.LossState!;
        var next = Continue(first, new ArcFaceLoss(), View("32"), out _).Model.LossState!;
        Assert.That(next.Classes, Has.Count.EqualTo(4));
        Assert.That(ByClass(next, "weights")["class 3"], Is.EqualTo(ByClass(first, "weights")["class 3"]));
    }

    [Test]
    public void Another_loss_begins_anew_and_the_log_says_why()
    {
        var first = Fast.Fit(Ml, Known, o => o.Loss = new ArcFaceLoss()).Model.LossState!;
        Left(new SubCenterArcFaceLoss(), "its 'weights' is [15, 4] for 5 classes, the previous one [4, 4] for 4", View("1234"), 4);
        Left(new MarginLoss { BetaKind = BetaKind.PerClass }, "it has no 'weights'", View("543"), 3);
        Left(new SumLoss { Terms = [new(new ArcFaceLoss())] }, "it has no 'weights'", View("543"), 3);
        Left(new ContrastiveLoss(), "it has no 'weights'", View("543"), 0);
        var memory = Fast.Fit(Ml, Known, o => o.Loss = new CrossBatchMemoryLoss { MemorySize = 10 }).Model.LossState!;
        Continue(memory, new CrossBatchMemoryLoss { MemorySize = 11 }, View("543"), out var lines);
        Assert.That(lines, Has.Exactly(1).Contains("begins anew: its 'embeddings' is [11, 4] for "));

        void Left(Loss loss, string reason, IDataView data, int classes)
        {
            var state = Continue(first, loss, data, out var log).Model.LossState;
            Assert.That(log, Has.Exactly(1).EndsWith($"What the loss of the previous model had learned is left, and the loss begins anew: {reason}."));
            Assert.That(state?.Classes.Count ?? 0, Is.EqualTo(classes));
        }
    }

    [Test]
    public void A_queue_of_pairs_goes_on()
    {
        var first = Train(null, 24);
        var next = Train(first.Model, 24);
        // 27 training pairs in batches of 9, twice: 54 rows of either training.
        Assert.That(first.Model.LossState!.GetValues("pointer"), Is.EqualTo(new[] { 54f % 24 }));
        Assert.That(next.Model.LossState!.GetValues("pointer"), Is.EqualTo(new[] { 108f % 24 }));
        Assert.That(Train(first.Model, 23).Model.LossState!.GetValues("pointer"), Is.EqualTo(new[] { 54f % 23 }), "of another size it begins anew");

        static PairEmbeddingTransformer Train(EmbeddingModel? previous, int size)
        {
            var trainer = Ml.Similarity.Trainers.RankedPairs(new RankedPairsTrainer.Options
            {
                Loss = new InfoNceLoss { QueueSize = size },
                BatchSize = 9,
                Seed = 1,
                MaximumNumberOfEpochs = 2,
                ValidationFraction = 0,
            });
            var pairs = ExamplePairs.View(Ml, [.. ExamplePairs.Matching(Rows, 40).Take(27)]);
            return previous is null ? trainer.Fit(pairs) : trainer.Fit(pairs, previous);
        }
    }

    private static EmbeddingTransformer Continue(LossState state, Loss loss, IDataView data, out List<string> log)
    {
        var lines = log = [];
        var ml = new MLContext(seed: 1);
        ml.Log += (_, e) => lines.Add(e.Message);
        var encoder = Fast.Fit(Ml, Known).Model;
        var model = new EmbeddingModel(encoder.Encoder, encoder.InputDimension, encoder.Weights, state);
        return ml.Similarity.Trainers.MetricLearning(Fast.Options(o => (o.Loss, o.LearningRate, o.ValidationFraction) = (loss, Still, 0))).Fit(data, model);
    }

    // The entries of each class.
    private static Dictionary<string, float[]> ByClass(LossState state, string name)
    {
        var values = state.GetValues(name);
        return state.Classes.Index().ToDictionary(entry => entry.Item, entry => values.Chunk(values.Length / state.Classes.Count).ElementAt(entry.Index));
    }

    // In the order in which the classes are named.
    private static IDataView View(string classes) => TrainingData.View(Ml, [.. classes.SelectMany(c => Rows.Where(row => row.Label[^1] == c))]);
}
