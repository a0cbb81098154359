using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Losses.Memory;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses.Memory;

public sealed class CrossBatchMemoryTests
{
    private const int Dimension = 3;

    // The memory of 5 is empty, partly filled, wraps around, and is replaced at once by more rows than it holds.
    private static readonly int[] BatchSizes = [3, 1, 4, 8, 2, 5, 3];

    [Test]
    public void The_loss_is_that_of_batch_and_last_rows([Values(0, 2)] int warmUp, [Values] bool masked)
    {
        using var scope = NewDisposeScope();
        using var module = Create(new CrossBatchMemoryLoss { MemorySize = 5, WarmUpSteps = warmUp });
        var memory = new List<(double[] Row, long Label)>();
        for (var step = 0; step < BatchSizes.Length; step++)
        {
            var (rows, labels) = Rows(step, BatchSizes[step]);
            bool[] remembered = [.. labels.Select((_, i) => !masked || i % 2 == 1)];
            (double[] Row, long Label)[] known = [.. step >= warmUp ? memory.TakeLast(5) : []];
            var embeddings = Matrix(rows).requires_grad_();
            var value = module.call(
                new(embeddings, Relation.FromLabels(tensor(labels))) { Remembered = masked ? tensor(remembered) : null }, null).Value;
            value.backward();

            double[,] flat = Batches.ToArray(embeddings);
            Assert.That(value.ToDouble(), Is.EqualTo(Plain(flat, labels, known)).Within(1e-10), $"step {step}");
            var slope = PlainLoops.Slope(flat, at => Plain(at, labels, known));
            Assert.That(embeddings.grad!.data<double>().ToArray(), Is.EqualTo(slope.Cast<double>()).Within(1e-6), $"step {step}");
            memory.AddRange(rows.Zip(labels).Where((_, i) => remembered[i]));
        }
    }

    // Contrastive loss of directions, each anchor against the other rows of its batch and those remembered.
    private static double Plain(double[,] rows, long[] labels, (double[] Row, long Label)[] memory)
    {
        var (pull, push) = (new List<double>(), new List<double>());
        double[] row(int i) => [.. Enumerable.Range(0, Dimension).Select(k => rows[i, k])];
        for (var a = 0; a < labels.Length; a++)
        {
            for (var b = 0; b < labels.Length; b++)
            {
                if (a != b)
                    Add(a, row(b), labels[b]);
            }
            foreach (var (other, label) in memory)
                Add(a, other, label);
        }
        return Mean(pull) + Mean(push);

        void Add(int anchor, double[] other, long label)
        {
            var own = row(anchor);
            var (x, y) = (Math.Sqrt(own.Sum(v => v * v)), Math.Sqrt(other.Sum(v => v * v)));
            var distance = Math.Sqrt(own.Zip(other, (v, w) => Math.Pow(v / x - w / y, 2)).Sum());
            if (labels[anchor] == label)
                pull.Add(distance);
            else
                push.Add(Math.Max(0, 1 - distance));
        }

        static double Mean(List<double> losses) => losses.Where(x => x > 0).DefaultIfEmpty(0).Average();
    }

    [Test]
    public void A_saved_memory_resumes_where_it_stopped([Values(0, 3)] int warmUp)
    {
        using var scope = NewDisposeScope();
        var loss = new CrossBatchMemoryLoss { MemorySize = 7, WarmUpSteps = warmUp, Inner = new TripletLoss(), Miner = new BatchHardMiner() };
        using var first = Create(loss);
        for (var step = 0; step < 2; step++)
            first.call(Batch(step), null);
        using var written = new MemoryStream();
        first.save(written);
        using var second = Create(loss);
        using var read = new MemoryStream(written.ToArray());
        second.load(read);
        Assert.That(first.state_dict().Keys, Is.EquivalentTo(new[] { "embeddings", "labels", "pointer", "count", "step" }));
        for (var step = 2; step < 7; step++)
            Assert.That(second.call(Batch(step), null).Value.ToDouble(), Is.EqualTo(first.call(Batch(step), null).Value.ToDouble()).And.GreaterThan(0));
        foreach (var (name, value) in first.state_dict())
            Assert.That(second.state_dict()[name].bytes.ToArray(), Is.EqualTo(value.bytes.ToArray()), name);
    }

    // As float32 or float64 they would be equal.
    [Test]
    public void Large_labels_stay_apart([Values(1L << 24, 1L << 53, long.MaxValue - 1)] long label, [Values(ScalarType.Float32, ScalarType.Float64)] ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var module = Create(new CrossBatchMemoryLoss { MemorySize = 2 });
        module.to(type);
        var rows = tensor(new double[,] { { 1, 0, 0 } }).to(type);
        module.call(new(rows, Relation.FromLabels(tensor([label]))), null);
        Assert.That(module.state_dict()["labels"].dtype, Is.EqualTo(ScalarType.Int64));
        // Equal rows are as near as can be: no loss for one label, the whole margin for two.
        module.eval();
        Assert.That(module.call(new(rows, Relation.FromLabels(tensor([label]))), null).Value.ToDouble(), Is.Zero);
        Assert.That(module.call(new(rows, Relation.FromLabels(tensor([label + 1]))), null).Value.ToDouble(), Is.EqualTo(1));
    }

    [Test]
    public void In_evaluation_mode_the_memory_stays()
    {
        using var scope = NewDisposeScope();
        using var module = Create(new CrossBatchMemoryLoss());
        module.call(Batch(0), null);
        module.eval();
        var value = module.call(Batch(1), null).Value.ToDouble();
        Assert.That(module.call(Batch(1), null).Value.ToDouble(), Is.EqualTo(value));
        Assert.That(module.state_dict()["count"].item<long>(), Is.EqualTo(6));
        Assert.That(module.state_dict()["step"].item<long>(), Is.EqualTo(1));
    }

    [Test]
    public void The_miner_chooses_from_batch_and_memory_as_the_inner_loss_compares()
    {
        using var scope = NewDisposeScope();
        var inner = new TripletLoss { Distance = new LpDistance { Normalize = false }, Margin = 5 };
        using var module = Create(new CrossBatchMemoryLoss { Inner = inner, Miner = new BatchHardMiner(), MemorySize = 6 });
        module.call(Batch(0), null);
        var (earlier, earlierLabels) = Rows(0, 6);
        var (rows, labels) = Rows(1, 6);
        var (embeddings, references) = (Matrix(rows), Matrix([.. rows, .. earlier]));
        var all = tensor([.. labels, .. earlierLabels]);
        var compared = cat([eye(6, dtype: ScalarType.Bool).logical_not(), ones(6, 6, dtype: ScalarType.Bool)], 1);
        var joined = new EmbeddedBatch(embeddings, references, Relation.FromLabels(tensor(labels), all, compared));
        using var plain = inner.CreateModule();
        var expected = plain.call(joined, new BatchHardMiner { Distance = inner.Distance }.Mine(joined)).Value.ToDouble();
        Assert.That(module.call(Batch(1), null).Value.ToDouble(), Is.EqualTo(expected).And.GreaterThan(0));
    }

    [Test]
    public void A_distance_is_handed_on_where_the_inner_loss_has_none()
    {
        using var scope = NewDisposeScope();
        var distance = new LpDistance { Normalize = false };
        double Value(Loss loss) => Create(loss).call(Batch(1), null).Value.ToDouble();
        var expected = Value(new ContrastiveLoss { Distance = distance });
        Assert.That(Value(new CrossBatchMemoryLoss { Distance = distance }), Is.EqualTo(expected).Within(1e-12));
        Assert.That(Value(new CrossBatchMemoryLoss { Inner = new ContrastiveLoss { Distance = distance }, Distance = new CosineDistance() }), Is.EqualTo(expected).Within(1e-12));
        Assert.That(new CrossBatchMemoryLoss { Inner = new ContrastiveLoss { Distance = distance } }.DistanceOrDefault, Is.EqualTo(distance));
        Assert.That(new CrossBatchMemoryLoss().DistanceOrDefault, Is.EqualTo(new EuclideanDistance()));
        var resolved = (CrossBatchMemoryLoss)new CrossBatchMemoryLoss { Inner = new MatryoshkaLoss { Inner = new TripletLoss(), Dimensions = [2] } }.Resolve(normalize: false);
        Assert.That(((MatryoshkaLoss)resolved.Inner).Inner.Distance, Is.EqualTo(new EuclideanDistance { Normalize = false }));
    }

    [Test]
    public void A_trainer_keeps_the_memory_with_the_model()
    {
        var ml = new MLContext(1);
        var model = Fast.Fit(ml, TrainingData.View(ml, TrainingData.Blobs()), o => o.Loss = new CrossBatchMemoryLoss { MemorySize = 40, WarmUpSteps = 2 });
        var state = model.Model.LossState!;
        Assert.That(state.GetShape("embeddings"), Is.EqualTo(new long[] { 40, 4 }));
        Assert.That(state.GetValues("count"), Is.EqualTo(new[] { 40f }));
        Assert.That(state.GetValues("labels").Distinct(), Is.EquivalentTo(new[] { 0f, 1, 2, 3 }));
    }

    [Test]
    public void What_cannot_be_remembered_is_refused()
    {
        using var scope = NewDisposeScope();
        Assert.That(() => new CrossBatchMemoryLoss().CreateModule(), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("context"));
        Assert.That(() => new CrossBatchMemoryLoss { Inner = null! }, Throws.ArgumentNullException.With.Property("ParamName").EqualTo("Inner"));
        Assert.That(() => new CrossBatchMemoryLoss { MemorySize = 0 }, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo($"MemorySize must be at least 1. (Parameter 'MemorySize'){Environment.NewLine}Actual value was 0."));
        Assert.That(() => new CrossBatchMemoryLoss { WarmUpSteps = -1 }, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo($"WarmUpSteps must be at least 0. (Parameter 'WarmUpSteps'){Environment.NewLine}Actual value was -1."));
        Assert.That(() => Create(new CrossBatchMemoryLoss { Inner = new ArcFaceLoss() }), Throws.ArgumentException.With.Message.EqualTo(
            "Inner is ArcFaceLoss, which cannot compare rows with references: it compares them with vectors of its own for each class. (Parameter 'context')"));
        Assert.That(() => Create(new CrossBatchMemoryLoss { Inner = new CrossBatchMemoryLoss() }), Throws.ArgumentException.With.Message.EqualTo(
            "Inner is CrossBatchMemoryLoss, which cannot compare rows with references: it has references of its own, the rows it remembers. (Parameter 'context')"));
        Assert.That(() => Create(new CrossBatchMemoryLoss { Reducer = new SumReducer() }), Throws.ArgumentException.With.Message.EqualTo(
            "Reducer is SumReducer; CrossBatchMemoryLoss takes none: set it on the inner loss. (Parameter 'Reducer')"));

        using var module = Create(new CrossBatchMemoryLoss());
        var none = zeros(2, 2, dtype: ScalarType.Bool);
        AssertRefused(new(zeros(2, Dimension), Relation.FromMasks(none, none)), null,
            "CrossBatchMemoryLoss needs rows related by labels: those of earlier batches are related to an anchor by theirs.");
        AssertRefused(Batch(0), new BatchHardMiner().Mine(Batch(0)),
            "CrossBatchMemoryLoss got tuples chosen from the batch alone; its own Miner chooses from batch and memory.");
        AssertRefused(new(zeros(2, 5), Relation.FromLabels(tensor([1L, 2]))), null, "CrossBatchMemoryLoss remembers embeddings of 3 values; got 5.");
        Assert.That(() => new EmbeddedBatch(zeros(2, 3), Relation.FromLabels(tensor([1L, 2]))) { Remembered = ones(2) }, Throws.ArgumentException
            .With.Message.EqualTo("Remembered must be [2] Booleans; got Float32 [2]. (Parameter 'Remembered')"));

        void AssertRefused(EmbeddedBatch batch, TupleSelection? selection, string message) =>
            Assert.That(() => module.call(batch, selection), Throws.InvalidOperationException.With.Message.EqualTo(message));
    }

    private static LossModule Create(Loss loss)
    {
        using var generator = new Generator(1, CPU);
        var module = loss.CreateModule(new LossContext(Dimension, 4, generator));
        module.to(ScalarType.Float64);
        return module;
    }

    private static EmbeddedBatch Batch(int seed)
    {
        var (rows, labels) = Rows(seed, 6);
        return new(Matrix(rows), Relation.FromLabels(tensor(labels)));
    }

    private static (double[][] Rows, long[] Labels) Rows(int seed, int count)
    {
        var random = new Random(seed);
        double[][] rows = [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, Dimension).Select(_ => 2 * random.NextDouble() - 1).ToArray())];
        return (rows, [.. rows.Select((_, i) => (long)(i + random.Next(2)) % 3)]);
    }

    private static Tensor Matrix(double[][] rows) => tensor([.. rows.SelectMany(row => row)], [rows.Length, rows[0].Length]);
}
