using Microsoft.ML.Similarity.Augmentation;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Sampling;
using Microsoft.ML.Similarity.Tests.Trainers.Pairs;
using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Pairs;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Training;

public sealed class GradientCacheTests
{
    private const int Rows = 40;
    private const int Dimension = 5;
    private static readonly MLContext Ml = new(seed: 1);

    [Test]
    public void Chunks_give_the_gradients_of_the_whole_batch([Values(1, 7, 16, 79)] int chunk)
    {
        var encoder = new MlpEncoder { OutputDimension = 3, HiddenWidths = [6], LinearShortcut = false };
        var (loss, gradients) = Gradients(encoder, null);
        var (chunkedLoss, chunked) = Gradients(encoder, chunk);
        Assert.That(chunkedLoss, Is.EqualTo(loss).Within(1e-12));
        for (var i = 0; i < gradients.Length; i++)
            Assert.That(chunked[i], Is.EqualTo(gradients[i]).Within(1e-12));
    }

    // Each chunk's masks are those of its own draws; with one chunk of all rows they are those of the plain pass.
    [Test]
    public void Dropout_is_replayed()
    {
        var encoder = new MlpEncoder { OutputDimension = 3, HiddenWidths = [6, 6], Dropout = 0.5, LinearShortcut = false };
        foreach (var chunk in new[] { 16, 60 })
        {
            var (loss, gradients) = Gradients(encoder, chunk);
            var (plainLoss, plain) = PlainInPieces(encoder, chunk);
            Assert.That(loss, Is.EqualTo(plainLoss).Within(1e-12));
            for (var i = 0; i < plain.Length; i++)
                Assert.That(gradients[i], Is.EqualTo(plain[i]).Within(1e-12));
        }
    }

    [Test]
    public void Random_changes_of_rows_are_replayed()
    {
        var encoder = new MlpEncoder { OutputDimension = 3, HiddenWidths = [6], Dropout = 0.5, LinearShortcut = false };
        using var augmenter = new Augmenter(new RandomAffine { Degrees = 0, Translate = 0.3 }, new ImageShape(1, 1, Dimension), seed: 4);
        var (_, unchanged) = Gradients(encoder, 16);
        var (loss, gradients) = Gradients(encoder, 16, augmenter);
        augmenter.Randomness.manual_seed(4);
        var (plainLoss, plain) = PlainInPieces(encoder, 16, augmenter);
        Assert.That(loss, Is.EqualTo(plainLoss).Within(1e-12));
        for (var i = 0; i < plain.Length; i++)
            Assert.That(gradients[i], Is.EqualTo(plain[i]).Within(1e-12));
        Assert.That(gradients[0], Is.Not.EqualTo(unchanged[0]).Within(1e-3));
    }

    [Test]
    public void A_trainer_learns_the_same_in_chunks()
    {
        var data = ExamplePairs.View(Ml, ExamplePairs.Of(TrainingData.Blobs(), 60));
        var plain = PairTrainers.Create(Ml, "RankedPairs").Fit(data);
        var chunked = PairTrainers.Create(Ml, "RankedPairs", change: o => o.GradientCacheChunkSize = 5).Fit(data);
        Assert.That(chunked.Summary.Epochs.Select(e => e.Loss), Is.EqualTo(plain.Summary.Epochs.Select(e => e.Loss)).Within(1e-4));

        var labelled = TrainingData.View(Ml, TrainingData.Blobs());
        var losses = Fast.Fit(Ml, labelled, o => o.GradientCacheChunkSize = 3).Summary.Epochs.Select(e => e.Loss);
        Assert.That(losses, Is.EqualTo(Fast.Fit(Ml, labelled).Summary.Epochs.Select(e => e.Loss)).Within(1e-4));
    }

    private static (double Loss, double[][] Gradients) Gradients(Encoder encoder, int? chunk, Augmenter? augmenter = null)
    {
        using var scope = NewDisposeScope();
        using var objective = Objective();
        using var generator = new Generator(3, CPU);
        using var module = Module(encoder, objective, generator);
        BatchLoss? batch = null;
        GradientCache.Backward(module, objective, TrainingBatch.Of([.. Enumerable.Range(0, Rows)], CPU), chunk, augmenter, loss => batch = loss);
        return (batch!.Loss.Value.item<double>(), Read(module));
    }

    // One graph over all rows, with the draws made piece by piece.
    private static (double Loss, double[][] Gradients) PlainInPieces(Encoder encoder, int size, Augmenter? augmenter = null)
    {
        using var scope = NewDisposeScope();
        using var objective = Objective();
        using var generator = new Generator(3, CPU);
        using var module = Module(encoder, objective, generator);
        int[] examples = [.. Enumerable.Range(0, Rows)];
        var pieces = objective.RowsOf(examples).Chunk(size).Select(piece => objective.Features.Gather(piece))
            .Select(piece => module.call(augmenter?.Apply(piece) ?? piece)).ToArray();
        var batch = objective.Loss(cat(pieces), TrainingBatch.Of(examples, CPU));
        batch.Loss.Value.backward();
        return (batch.Loss.Value.item<double>(), Read(module));
    }

    private static EncoderModule Module(Encoder encoder, Objective objective, Generator generator)
    {
        var module = encoder.CreateModule(Dimension, generator);
        objective.CreateLoss(encoder, generator, CPU);
        module.to(ScalarType.Float64);
        module.Randomness = generator;
        module.train();
        return module;
    }

    private static double[][] Read(EncoderModule module) => [.. module.parameters().Select(p => p.grad!.data<double>().ToArray())];

    private static PairObjective Objective()
    {
        var random = new Random(5);
        using var store = new Store([.. Enumerable.Range(0, Rows * 2 * Dimension).Select(_ => random.NextDouble() * 2 - 1)]);
        int[] left = [.. Enumerable.Range(0, Rows)], right = [.. Enumerable.Range(Rows, Rows)];
        return new PairObjective(new PairSet(store, [left, right], null, null, ownsRows: false), left, new MatchingPairs(), new MultipleNegativesRankingLoss { Symmetric = true }, new ShuffleSampler());
    }

    /// <summary>In double precision, so that the order of sums does not matter.</summary>
    private sealed class Store(double[] values) : FeatureStore
    {
        public override int Count => values.Length / Dimension;

        public override int Dimension => GradientCacheTests.Dimension;

        public override Tensor[] Fetch(ReadOnlySpan<int> rows) => [tensor(values, Count, Dimension).index_select(0, tensor(rows.ToArray()))];

        public override Tensor Upload(Tensor[] fetched) => fetched[0];

        public override void Dispose()
        {
        }
    }
}
