using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>Both ways to compute the triplet loss against its definition.</summary>
public sealed class TripletLossTests
{
    private static readonly EuclideanDistance Plain = new() { Normalize = false };

    private static readonly Miner?[] Miners =
    [
        null,
        new TripletMarginMiner { Kind = TripletKind.SemiHard, Margin = 0.3 },
        new TripletMarginMiner { Kind = TripletKind.Hard, Margin = 0.3 },
        new TripletMarginMiner { Kind = TripletKind.All, Margin = 0.3 },
        new TripletMarginMiner { Kind = TripletKind.SemiHard, Margin = 1.1 },
        new TripletMarginMiner { Kind = TripletKind.All, Margin = 0 },
        new BatchHardMiner(),
    ];

    [Test]
    public void The_hinge_by_sorting_and_by_blocks_is_the_definition(
        [ValueSource(nameof(Miners))] Miner? miner, [Values(0, 0.3, 0.7)] double margin, [Values] bool weighted, [Values] bool ties)
    {
        using var scope = NewDisposeScope();
        var (embeddings, labels, weights) = Batch(weighted, ties);
        var batch = new EmbeddedBatch(embeddings, Relation.FromLabels(tensor(labels)), weights);
        var distances = batch.Distances(Plain);
        var tuples = miner is null ? TupleSelection.All(batch.Relation) : (miner with { Distance = Plain }).Mine(batch);
        var expected = Reference(distances, distances, labels, weights, miner, margin, soft: false);

        using var module = new TripletLoss { Margin = margin, Distance = Plain }.CreateModule();
        var sorted = module.call(batch, tuples);
        AssertEqual(sorted, distances, expected);
        LossValue blocked;
        using (no_grad())
            blocked = BlockedTriplets.Compute(distances, tuples, margin, soft: false, weights);
        AssertEqual(blocked, distances, expected);
        if (miner is null)
            Assert.That(module.call(batch, null).Value.ToDouble(), Is.EqualTo(sorted.Value.ToDouble()));
    }

    [Test]
    public void The_soft_margin_is_the_definition(
        [ValueSource(nameof(Miners))] Miner? miner, [Values(0, 0.3)] double margin, [Values] bool weighted, [Values] bool ties)
    {
        using var scope = NewDisposeScope();
        var (embeddings, labels, weights) = Batch(weighted, ties);
        var batch = new EmbeddedBatch(embeddings, Relation.FromLabels(tensor(labels)), weights);
        var distances = batch.Distances(Plain);
        using var module = new TripletLoss { Margin = margin, SoftMargin = true, Distance = Plain }.CreateModule();
        AssertEqual(
            module.call(batch, miner is null ? null : (miner with { Distance = Plain }).Mine(batch)),
            distances,
            Reference(distances, distances, labels, weights, miner, margin, soft: true));
    }

    [Test]
    public void A_miner_may_compare_otherwise_than_the_loss([Values] TripletKind kind, [Values] bool soft)
    {
        using var scope = NewDisposeScope();
        var (embeddings, labels, weights) = Batch(weighted: true, ties: false);
        var batch = new EmbeddedBatch(embeddings, Relation.FromLabels(tensor(labels)), weights);
        var distances = batch.Distances(Plain);
        var miner = new TripletMarginMiner { Kind = kind, Margin = 0.3, Distance = new EuclideanDistance() };
        using var module = new TripletLoss { Margin = 0.4, SoftMargin = soft, Distance = Plain }.CreateModule();
        AssertEqual(
            module.call(batch, miner.Mine(batch)),
            distances,
            Reference(distances, batch.Distances(new EuclideanDistance()), labels, weights, miner, 0.4, soft));
    }

    [Test]
    public void Blocks_of_a_few_anchors_add_up()
    {
        // One class of 200 rows among 280: a block holds 2^22 / (199 * 280) = 75 anchors.
        using var scope = NewDisposeScope();
        long[] labels = [.. Enumerable.Range(0, 280).Select(row => row < 200 ? 0L : 1 + row % 7)];
        var batch = new EmbeddedBatch(Batches.Uniform(5, 280, 3).requires_grad_(), Relation.FromLabels(tensor(labels)));
        var distances = batch.Distances(Plain);
        using var module = new TripletLoss { Distance = Plain }.CreateModule();
        var sorted = module.call(batch, null);
        LossValue blocked;
        using (no_grad())
            blocked = BlockedTriplets.Compute(distances, TupleSelection.All(batch.Relation), 0.2, soft: false, weights: null);
        Assert.That(blocked.Value.ToDouble(), Is.EqualTo(sorted.Value.ToDouble()).Within(1e-12));
        Assert.That(blocked.ActiveFraction.ToDouble(), Is.EqualTo(sorted.ActiveFraction.ToDouble()).Within(1e-12));
        Assert.That(Batches.Deviation(Slope(blocked, distances), Slope(sorted, distances)), Is.LessThan(1e-15));
    }

    [Test]
    public void The_gradient_of_the_embeddings_is_that_of_central_differences([Values] bool soft, [Values] bool normalize)
    {
        using var scope = NewDisposeScope();
        var labels = tensor([0L, 0, 1, 1, 2, 0]);
        var loss = new TripletLoss { SoftMargin = soft, Distance = new EuclideanDistance { Normalize = normalize } };
        var embeddings = Batches.Uniform(8, 6, 3).requires_grad_();
        loss.Compute(embeddings, labels).backward();

        const double step = 1e-6;
        for (var row = 0; row < 6; row++)
        {
            for (var column = 0; column < 3; column++)
            {
                var moved = zeros(6, 3, dtype: ScalarType.Float64);
                moved[row, column] = step;
                var difference = loss.Compute(embeddings.detach() + moved, labels) - loss.Compute(embeddings.detach() - moved, labels);
                Assert.That(embeddings.grad![row, column].ToDouble(), Is.EqualTo(difference.ToDouble() / (2 * step)).Within(1e-8));
            }
        }
    }

    [Test]
    public void A_large_batch_takes_memory_of_its_square_only()
    {
        using var scope = NewDisposeScope();
        var embeddings = Batches.Uniform(3, 2048, 64, ScalarType.Float32).requires_grad_();
        var labels = arange(2048) % 64;
        var before = PeakMemory();
        var loss = new TripletLoss().Compute(embeddings, labels);
        loss.backward();
        Assert.That(loss.ToSingle(), Is.GreaterThan(0));
        Assert.That(embeddings.grad!.isfinite().all().ToBoolean());
        // The row numbers alone of 128 million triplets are 3 GB; a [B, B] tensor is 16 or 32 MB.
        if (OperatingSystem.IsLinux())
            Assert.That(PeakMemory() - before, Is.LessThan(1e9));
    }

    // The most that was ever resident; it never falls.
    private static double PeakMemory() => System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64;

    private static (Tensor Embeddings, long[] Labels, Tensor? Weights) Batch(bool weighted, bool ties)
    {
        const int rows = 25;
        var embeddings = Batches.Uniform(1, rows, 3);
        // Coordinates of -1, 0 and 1: many equal distances, and many equal rows, of one class and of several.
        if (ties)
            embeddings = embeddings.mul(1.5).round();
        var weights = weighted ? Batches.Uniform(2, rows, 1).flatten().abs() : null;
        if (weights is not null)
            weights[3] = 0;
        return (embeddings.requires_grad_(), Batches.UnbalancedLabels(4, rows, 7), weights);
    }

    private static TripletReference Reference(
        Tensor distances, Tensor mined, long[] labels, Tensor? weights, Miner? miner, double margin, bool soft)
    {
        var rows = labels.Length;
        var d = Batches.ToArray(mined);
        var others = Enumerable.Range(0, rows).ToArray();
        bool Selected(int a, int p, int n) => miner switch
        {
            TripletMarginMiner { Kind: TripletKind.SemiHard } m => d[a, n] - d[a, p] > 0 && d[a, n] - d[a, p] <= m.Margin,
            TripletMarginMiner { Kind: TripletKind.Hard } => d[a, n] - d[a, p] <= 0,
            TripletMarginMiner m => d[a, n] - d[a, p] <= m.Margin,
            BatchHardMiner => p == others.Where(o => o != a && labels[o] == labels[a]).MaxBy(o => d[a, o])
                && n == others.Where(o => labels[o] != labels[a]).MinBy(o => d[a, o]),
            _ => true,
        };
        return TripletReference.Compute(
            Batches.ToArray(distances), labels, weights?.data<double>().ToArray(), margin, soft, Selected);
    }

    private static Tensor Slope(LossValue loss, Tensor distances) =>
        autograd.grad([loss.Value], [distances], retain_graph: true)[0];

    private static void AssertEqual(LossValue actual, Tensor distances, TripletReference expected)
    {
        Assert.That(actual.Value.ToDouble(), Is.EqualTo(expected.Value).Within(1e-12));
        Assert.That(actual.ActiveFraction.ToDouble(), Is.EqualTo(expected.ActiveFraction).Within(1e-12));
        Assert.That(actual.ActiveFraction.requires_grad, Is.False);
        var slope = Batches.ToArray(Slope(actual, distances));
        Assert.That(slope, Is.EqualTo(expected.Slope).Within(1e-12));
    }
}
