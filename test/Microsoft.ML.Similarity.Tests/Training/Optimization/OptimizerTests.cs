using Microsoft.ML.Similarity.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Microsoft.ML.Similarity.Tests.Training.Optimization;

/// <summary>Every optimizer against a plain loop written from its paper: a matrix, and a vector that is not decayed unless asked for.</summary>
public sealed class OptimizerTests
{
    private const int Steps = 6;
    private static readonly double[] Matrix = [1, -2, 0.5, 0.25, -1.5, 3];
    private static readonly double[] Vector = [0.5, -0.25];

    private static double Rate(int step) => 0.1 / step;

    private static double Gradient(int step, int i) => Math.Sin(step * 1.7 + i * 0.9);

    [Test]
    public void AdamW_follows_the_paper([Values] bool decayVectors) =>
        AssertFollows(new AdamWOptimizer { Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-3, WeightDecay = 0.1, DecayVectors = decayVectors }, (decays, step, w, g, s) =>
        {
            for (var i = 0; i < w.Length; i++)
            {
                s.First[i] = 0.8 * s.First[i] + 0.2 * g[i];
                s.Second[i] = 0.95 * s.Second[i] + 0.05 * g[i] * g[i];
                var mean = s.First[i] / (1 - Math.Pow(0.8, step));
                var square = s.Second[i] / (1 - Math.Pow(0.95, step));
                w[i] = w[i] * (1 - Rate(step) * (decays ? 0.1 : 0)) - Rate(step) * mean / (Math.Sqrt(square) + 1e-3);
            }
        });

    [TestCase(0.9, false, false)]
    [TestCase(0.9, true, false)]
    [TestCase(0.9, false, true)]
    [TestCase(0, false, false)]
    [TestCase(0, true, false)]
    public void Sgd_follows_the_paper(double momentum, bool nesterov, bool decayVectors) =>
        AssertFollows(new SgdOptimizer { Momentum = momentum, Nesterov = nesterov, WeightDecay = 0.1, DecayVectors = decayVectors }, (decays, step, w, g, s) =>
        {
            for (var i = 0; i < w.Length; i++)
            {
                var gradient = g[i] + (decays ? 0.1 : 0) * w[i];
                s.First[i] = momentum * s.First[i] + gradient;
                w[i] -= Rate(step) * (nesterov ? gradient + momentum * s.First[i] : s.First[i]);
            }
        });

    [Test]
    public void Lars_follows_the_paper([Values] bool decayVectors) =>
        AssertFollows(new LarsOptimizer { Momentum = 0.8, TrustCoefficient = 0.5, WeightDecay = 0.1, DecayVectors = decayVectors }, (decays, step, w, g, s) =>
        {
            var decay = decays ? 0.1 : 0;
            var trust = decays ? 0.5 * Norm(w) / (Norm(g) + decay * Norm(w)) : 1;
            for (var i = 0; i < w.Length; i++)
            {
                s.First[i] = 0.8 * s.First[i] + Rate(step) * trust * (g[i] + decay * w[i]);
                w[i] -= s.First[i];
            }
        });

    [Test]
    public void Lamb_follows_the_paper([Values] bool decayVectors) =>
        AssertFollows(new LambOptimizer { Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-3, WeightDecay = 0.1, DecayVectors = decayVectors }, (decays, step, w, g, s) =>
        {
            var update = new double[w.Length];
            for (var i = 0; i < w.Length; i++)
            {
                s.First[i] = 0.8 * s.First[i] + 0.2 * g[i];
                s.Second[i] = 0.95 * s.Second[i] + 0.05 * g[i] * g[i];
                update[i] = s.First[i] / (1 - Math.Pow(0.8, step)) / (Math.Sqrt(s.Second[i] / (1 - Math.Pow(0.95, step))) + 1e-3) + (decays ? 0.1 * w[i] : 0);
            }
            var trust = decays ? Norm(w) / Norm(update) : 1;
            for (var i = 0; i < w.Length; i++)
                w[i] -= Rate(step) * trust * update[i];
        });

    [Test]
    public void A_parameter_of_zeros_moves_as_if_it_had_no_norm()
    {
        foreach (var optimizer in new Optimizer[] { new LarsOptimizer { WeightDecay = 0.1 }, new LambOptimizer { WeightDecay = 0.1 } })
        {
            using var scope = NewDisposeScope();
            var (still, moving) = (new Parameter(zeros(2, 2)), new Parameter(zeros(2, 2)));
            using var parameters = new FlatParameters([new("still", still), new("moving", moving)], decayVectors: false, channelsLast: false);
            using var module = optimizer.CreateModule(parameters);
            module.SetLearningRate(0.5);
            parameters.Groups[0].GradientParts[1].fill_(1f.ToScalar());
            module.Step();
            Assert.That(still.data<float>().ToArray(), Is.All.EqualTo(0f));
            Assert.That(moving.data<float>().ToArray(), Is.All.EqualTo(-0.5f).Within(1e-6));
        }
    }

    [TestCaseSource(nameof(All))]
    public void A_copied_state_continues_to_the_bit(Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        var straight = Run(optimizer, 1, Steps, null, null);
        var half = Run(optimizer, 1, 3, null, null);
        var resumed = Run(optimizer, 4, Steps, half.Weights, half.State);
        Assert.That(resumed.Weights, Is.EqualTo(straight.Weights));
        Assert.That(resumed.State.Keys, Is.EqualTo(straight.State.Keys).And.Not.Empty);
    }

    [TestCaseSource(nameof(All))]
    public void Steps_make_no_tensors_that_stay(Optimizer optimizer)
    {
        using var parameters = Flat(out _, out _);
        using var module = optimizer.CreateModule(parameters);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var step = 1; step <= 3; step++)
        {
            parameters.ZeroGradients();
            module.SetLearningRate(0.1);
            module.Step();
        }
        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(live));
    }

    private static Optimizer[] All() => [new AdamWOptimizer(), new SgdOptimizer(), new LarsOptimizer(), new LambOptimizer()];

    private static double Norm(double[] values) => Math.Sqrt(values.Sum(x => x * x));

    private static FlatParameters Flat(out Parameter matrix, out Parameter vector, bool decayVectors = false)
    {
        (matrix, vector) = (new Parameter(tensor(Matrix).reshape(2, 3)), new Parameter(tensor(Vector)));
        return new FlatParameters([new("matrix", matrix), new("vector", vector)], decayVectors, channelsLast: false);
    }

    private static (double[] Weights, Dictionary<string, Tensor> State) Run(Optimizer optimizer, int from, int to, double[]? weights, Dictionary<string, Tensor>? state)
    {
        using var parameters = Flat(out _, out _);
        using var module = optimizer.CreateModule(parameters);
        var values = parameters.Groups.Select(group => group.Values).ToArray();
        if (weights is not null && state is not null)
        {
            values[0].copy_(tensor(weights[..Matrix.Length]));
            values[1].copy_(tensor(weights[Matrix.Length..]));
            foreach (var (name, tensor) in module.State)
                tensor.copy_(state[name]);
        }
        for (var step = from; step <= to; step++)
        {
            foreach (var group in parameters.Groups)
                group.Gradients.copy_(tensor(Enumerable.Range(0, (int)group.Gradients.numel()).Select(i => Gradient(step, i)).ToArray()));
            module.SetLearningRate(Rate(step));
            module.Step();
        }
        return ([.. values.SelectMany(value => value.data<double>().ToArray())], module.State.ToDictionary(entry => entry.Key, entry => entry.Value.clone()));
    }

    private static void AssertFollows(Optimizer optimizer, Action<bool, int, double[], double[], (double[] First, double[] Second)> paper)
    {
        using var scope = NewDisposeScope();
        using var parameters = Flat(out var matrix, out var vector, optimizer.DecayVectors);
        using var module = optimizer.CreateModule(parameters);
        (Parameter Parameter, double[] Expected, bool Decays, (double[], double[]) State)[] all =
        [
            (matrix, [.. Matrix], true, (new double[6], new double[6])),
            (vector, [.. Vector], optimizer.DecayVectors, (new double[2], new double[2])),
        ];
        for (var step = 1; step <= Steps; step++)
        {
            module.SetLearningRate(Rate(step));
            parameters.ZeroGradients();
            foreach (var (parameter, expected, decays, state) in all)
            {
                var gradient = Enumerable.Range(0, expected.Length).Select(i => Gradient(step, i)).ToArray();
                parameter.grad!.add_(tensor(gradient).reshape(parameter.shape));
                paper(decays, step, expected, gradient, state);
            }
            module.Step();
            foreach (var (parameter, expected, _, _) in all)
                Assert.That(parameter.data<double>().ToArray(), Is.EqualTo(expected).Within(1e-6), $"step {step}");
        }
    }
}
