using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Losses.Views;
using Microsoft.ML.Similarity.Tests.Losses.Pairs;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses.Views;

public sealed class InfoNceQueueTests
{
    private const int QueueSize = 5;

    [Test]
    public void The_loss_is_that_of_the_last_keys()
    {
        using var scope = NewDisposeScope();
        using var module = CreateModule();
        var keys = new List<double[]>();
        // The queue is empty, partly filled, wraps around, and is replaced at once by more rows than it holds.
        foreach (var (rows, step) in new[] { 2, 2, 3, 7, 1, 4 }.Select((rows, step) => (rows, step)))
        {
            var left = Directions(step, rows);
            var right = Directions(100 + step, rows);
            var expected = Enumerable.Range(0, rows).Average(i => keys.Count == 0 ? 0 : -Math.Log(
                Exp(left[i], right[i]) / (Exp(left[i], right[i]) + keys.TakeLast(QueueSize).Sum(key => Exp(left[i], key)))));
            var value = module.call(new PairBatch(Matrix(left), Matrix(right))).Value.ToDouble();
            Assert.That(value, Is.EqualTo(expected).Within(1e-10));
            keys.AddRange(right);
        }

        static double Exp(double[] x, double[] y) => Math.Exp(x.Zip(y, (a, b) => a * b).Sum() / 0.07);
    }

    [Test]
    public void In_evaluation_mode_the_queue_stays()
    {
        using var scope = NewDisposeScope();
        using var module = CreateModule();
        module.call(Batch(1));
        module.eval();
        var value = module.call(Batch(2)).Value.ToDouble();
        Assert.That(module.call(Batch(2)).Value.ToDouble(), Is.EqualTo(value).And.GreaterThan(0));
        module.train();
        module.call(Batch(2));
        Assert.That(module.call(Batch(2)).Value.ToDouble(), Is.Not.EqualTo(value));
    }

    [Test]
    public void A_saved_queue_resumes_where_it_stopped()
    {
        using var scope = NewDisposeScope();
        using var first = CreateModule();
        first.call(Batch(1));
        first.call(Batch(2));
        using var second = CreateModule();
        using var written = new MemoryStream();
        first.save(written);
        using var read = new MemoryStream(written.ToArray());
        second.load(read);
        Assert.That(first.state_dict().Keys, Is.EquivalentTo(new[] { "queue", "pointer", "count" }));
        for (var step = 3; step < 6; step++)
            Assert.That(second.call(Batch(step)).Value.ToDouble(), Is.EqualTo(first.call(Batch(step)).Value.ToDouble()).And.GreaterThan(0));
    }

    [Test]
    public void Settings_and_sizes_are_checked()
    {
        using var scope = NewDisposeScope();
        Assert.That(() => new InfoNceLoss { QueueSize = 0 }, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo($"QueueSize must be at least 1. (Parameter 'QueueSize'){Environment.NewLine}Actual value was 0."));
        Assert.That(() => new InfoNceLoss().CreateModule(), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("context"));
        using var module = CreateModule();
        Assert.That(() => module.call(new PairBatch(zeros(2, 3), zeros(2, 3))), Throws.InvalidOperationException
            .With.Message.EqualTo("InfoNceLoss has a queue of embeddings of 4 values; got 3."));
    }

    private static PairLossModule CreateModule()
    {
        var module = PairModules.Create(new InfoNceLoss { QueueSize = QueueSize }, 4);
        module.to(ScalarType.Float64);
        return module;
    }

    private static PairBatch Batch(int seed) => new(Matrix(Directions(seed, 3)), Matrix(Directions(100 + seed, 3)));

    private static double[][] Directions(int seed, int rows)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(_ =>
        {
            double[] row = [.. Enumerable.Range(0, 4).Select(_ => 2 * random.NextDouble() - 1)];
            var length = Math.Sqrt(row.Sum(x => x * x));
            return row.Select(x => x / length).ToArray();
        })];
    }

    private static Tensor Matrix(double[][] rows) => tensor([.. rows.SelectMany(row => row)], [rows.Length, rows[0].Length]);
}
