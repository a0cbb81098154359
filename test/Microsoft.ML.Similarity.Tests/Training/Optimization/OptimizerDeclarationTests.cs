using System.Text.Json;
using Microsoft.ML.Similarity.Training.Optimization;

namespace Microsoft.ML.Similarity.Tests.Training.Optimization;

public sealed class OptimizerDeclarationTests
{
    [TestCase(-0.1)]
    [TestCase(1)]
    [TestCase(double.NaN)]
    public void Values_out_of_range_are_refused(double value)
    {
        const string fraction = "must be at least 0 and less than 1.";
        AssertRefused("Beta1", fraction, value, () => new AdamWOptimizer { Beta1 = value });
        AssertRefused("Beta2", fraction, value, () => new AdamWOptimizer { Beta2 = value });
        AssertRefused("Beta1", fraction, value, () => new LambOptimizer { Beta1 = value });
        AssertRefused("Beta2", fraction, value, () => new LambOptimizer { Beta2 = value });
        AssertRefused("Momentum", fraction, value, () => new SgdOptimizer { Momentum = value });
        AssertRefused("Momentum", fraction, value, () => new LarsOptimizer { Momentum = value });
    }

    [TestCase(0)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void What_divides_must_be_positive(double value)
    {
        const string positive = "must be a finite number above 0.";
        AssertRefused("Epsilon", positive, value, () => new AdamWOptimizer { Epsilon = value });
        AssertRefused("Epsilon", positive, value, () => new LambOptimizer { Epsilon = value });
        AssertRefused("TrustCoefficient", positive, value, () => new LarsOptimizer { TrustCoefficient = value });
    }

    [TestCase(-0.5)]
    [TestCase(1e7)]
    [TestCase(double.NaN)]
    public void Weight_decay_has_bounds(double value)
    {
        AssertRefused("WeightDecay", "must be at least 0 and at most 1000000.", value, () => new AdamWOptimizer { WeightDecay = value });
        AssertRefused("WeightDecay", "must be at least 0 and at most 1000000.", value, () => new SgdOptimizer { WeightDecay = value });
    }

    [Test]
    public void Every_optimizer_survives_json()
    {
        Optimizer[] optimizers =
        [
            new AdamWOptimizer { Beta1 = 0.8, Beta2 = 0.9, Epsilon = 1e-4, WeightDecay = 0.3, DecayVectors = true },
            new SgdOptimizer { Momentum = 0.5, Nesterov = true, WeightDecay = 0 },
            new LarsOptimizer { Momentum = 0.5, TrustCoefficient = 0.1 },
            new LambOptimizer { Beta1 = 0.8, Beta2 = 0.9, Epsilon = 1e-4 },
        ];
        var known = typeof(Optimizer).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Optimizer)));
        Assert.That(optimizers.Select(optimizer => optimizer.GetType()), Is.EquivalentTo(known));
        foreach (var optimizer in optimizers)
            Assert.That(JsonSerializer.Deserialize<Optimizer>(JsonSerializer.Serialize(optimizer)), Is.EqualTo(optimizer));
    }

    private static void AssertRefused(string name, string range, double value, Func<object> make) => Assert.That(make, Throws.TypeOf<ArgumentOutOfRangeException>()
        .With.Message.EqualTo($"{name} {range} (Parameter '{name}'){Environment.NewLine}Actual value was {value}."));
}
