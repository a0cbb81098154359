using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Tests.Training;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>Weights of a loss are trained with the encoder.</summary>
public sealed class ClassWeightTrainingTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly Loss[] Losses = [new ProxyAnchorLoss(), new ArcFaceLoss(), new SoftTripleLoss(), new MarginLoss { BetaKind = BetaKind.PerClass },
        new MatryoshkaLoss { Inner = new ProxyAnchorLoss(), Dimensions = [2, 4] }, new SumLoss { Terms = [new(new SupConLoss(), 1, new BatchHardMiner()), new(new ArcFaceLoss())] }];

    [TestCase(typeof(ProxyAnchorLoss))]
    [TestCase(typeof(ArcFaceLoss))]
    public void Retrieval_of_handwritten_digits_improves(Type type)
    {
        LabelledRow[] rows = [.. TrainingData.Digits.Where(row => row.Label[0] <= '6')];
        var training = TrainingData.View(Ml, [.. rows.Where((_, i) => i % 3 != 0)]);
        var heldOut = TrainingData.View(Ml, [.. rows.Where((_, i) => i % 3 == 0)]);
        // Vectors of classes start at random: they need more steps than pairs do.
        var model = Ml.Similarity.Trainers.MetricLearning(new() { Loss = (Loss)Activator.CreateInstance(type)!, MaximumNumberOfEpochs = 80, EarlyStoppingPatience = 80 }).Fit(training);
        var raw = Ml.Similarity.EvaluateRetrieval(heldOut, "Label", "Features").MeanAveragePrecisionAtR;
        var learned = Ml.Similarity.EvaluateRetrieval(model.Transform(heldOut), "Label", "Embedding").MeanAveragePrecisionAtR;
        Assert.That(learned, Is.GreaterThan(raw + 0.1));
    }

    [Test]
    public void Training_changes_the_weights_of_the_loss([ValueSource(nameof(Losses))] Loss loss)
    {
        var watched = new WatchedLoss(loss);
        Fast.Fit(Ml, TrainingData.View(Ml, TrainingData.Blobs()), options => options.Loss = watched);
        var (first, last) = (watched.Seen[0], watched.Seen[^1]);
        Assert.That(watched.Seen, Has.Count.GreaterThan(3), "batches");
        Assert.That(first, Is.Not.Empty);
        Assert.That(last, Has.All.Matches<float>(float.IsFinite));
        Assert.That(first.Zip(last).Count(pair => pair.First != pair.Second), Is.EqualTo(first.Length), "every weight has moved");
    }

    /// <summary>Keeps what the weights of another loss are before each batch.</summary>
    private sealed record WatchedLoss(Loss Inner) : Loss
    {
        public List<float[]> Seen { get; } = [];

        protected override LossModule BuildModule(LossContext? context) => new Module(Inner.CreateModule(context), Seen);

        private sealed class Module : LossModule
        {
            private readonly LossModule _inner;
            private readonly List<float[]> _seen;

            public Module(LossModule inner, List<float[]> seen)
                : base(nameof(WatchedLoss))
            {
                _seen = seen;
                register_module("inner", _inner = inner);
            }

            public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
            {
                _seen.Add([.. _inner.parameters().SelectMany(weights => weights.detach().data<float>().ToArray())]);
                return _inner.call(batch, selection);
            }
        }
    }
}
