using Microsoft.ML.Similarity.Losses.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses.Views;

public sealed class BarlowTwinsTests
{
    // Their mean differs from them by rounding, which must not be taken for variance.
    [Test]
    public void A_value_that_does_not_vary_gets_no_gradient(
        [Values(3, 7, 10, 41)] int rows, [Values(ScalarType.Float16, ScalarType.Float32, ScalarType.Float64)] ScalarType type)
    {
        using var scope = NewDisposeScope();
        var left = Batches.Uniform(1, rows, 4, type);
        left.select(1, 2).fill_(0.1.ToScalar());
        left.requires_grad_();
        var value = new BarlowTwinsLoss().Compute(left, Batches.Uniform(2, rows, 4, type));
        value.backward();
        Assert.That(value.ToDouble(), Is.GreaterThanOrEqualTo(1));
        Assert.That(left.grad!.select(1, 2).count_nonzero().ToInt64(), Is.Zero);
        Assert.That(left.grad!.select(1, 1).count_nonzero().ToInt64(), Is.GreaterThan(0));
    }
}
