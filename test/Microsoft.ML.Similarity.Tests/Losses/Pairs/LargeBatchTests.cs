using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Losses.Views;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses.Pairs;

/// <summary>Batches too large to be compared at once.</summary>
public sealed class LargeBatchTests
{
    private const int Rows = 2200;
    private const int Dimension = 4;

    [Test]
    public void Ranking_in_blocks_gives_value_and_gradients_of_the_whole([Values] bool symmetric, [Values] bool hardNegatives)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        var parts = Enumerable.Range(0, hardNegatives ? 3 : 2).Select(_ => randn(Rows, Dimension, ScalarType.Float64, generator: generator).requires_grad_()).ToArray();
        var loss = new MultipleNegativesRankingLoss { Scale = 10, Symmetric = symmetric };
        var value = loss.Compute(parts[0], parts[1], null, parts[2..]);
        value.backward();

        var plain = Array.ConvertAll(parts, part => part.detach().clone().requires_grad_());
        var directions = Array.ConvertAll(plain, part => part / part.norm(1, keepdim: true));
        var logits = directions[0].matmul(cat(directions[1..]).t()) * Number(10);
        var own = logits.diagonal();
        var expected = (logits.logsumexp(1) - own).mean();
        if (symmetric)
            expected = (expected + (logits.narrow(1, 0, Rows).logsumexp(0) - own).mean()) / Number(2);
        expected.backward();
        Assert.That(value.item<double>(), Is.EqualTo(expected.item<double>()).Within(1e-12));
        for (var part = 0; part < parts.Length; part++)
        {
            var difference = (parts[part].grad! - plain[part].grad!).abs().max().item<double>();
            Assert.That(difference, Is.LessThan(1e-12));
        }
    }

    [Test]
    public void Views_in_blocks_give_value_and_gradients_of_the_whole([Values] bool decoupled, [Values] bool weighted)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2, CPU);
        var (left, right) = (Random(), Random());
        var weights = weighted ? rand(Rows, ScalarType.Float64, generator: generator) : null;
        PairLoss loss = decoupled ? new DclLoss { Temperature = 0.2, Sigma = 0.5 } : new ViewNTXentLoss { Temperature = 0.2 };
        var value = loss.Compute(left, right, weights: weights);
        value.backward();

        var plain = new[] { left, right }.Select(part => part.detach().clone().requires_grad_()).ToArray();
        var directions = cat([.. plain.Select(part => part / part.norm(1, keepdim: true))]);
        var logits = directions.matmul(directions.t()) / Number(0.2);
        var partners = arange(Number(2 * Rows), dtype: ScalarType.Int64).roll(Rows, 0);
        var own = logits.gather(1, partners.unsqueeze(1)).squeeze(1);
        var excluded = eye(2 * Rows, dtype: ScalarType.Bool);
        if (decoupled)
        {
            excluded = excluded.logical_or(excluded.roll(Rows, 1));
            var exponentials = (own * Number(0.2 / 0.5)).exp();
            own = own * (Number(2) - exponentials / exponentials.mean());
        }
        var losses = logits.masked_fill(excluded, Number(double.NegativeInfinity)).logsumexp(1) - own;
        var shares = (weights ?? ones(Rows, ScalarType.Float64)).repeat(2);
        var expected = (losses * shares).sum() / shares.sum();
        expected.backward();
        Assert.That(value.item<double>(), Is.EqualTo(expected.item<double>()).Within(1e-12));
        Assert.That((left.grad! - plain[0].grad!).abs().max().item<double>(), Is.LessThan(1e-12));
        Assert.That((right.grad! - plain[1].grad!).abs().max().item<double>(), Is.LessThan(1e-12));

        Tensor Random() => randn(Rows, Dimension, ScalarType.Float64, generator: generator).requires_grad_();
    }

    [Test]
    public void Ranking_in_blocks_works_without_gradient()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        var (left, right) = (randn(Rows, Dimension, generator: generator), randn(Rows, Dimension, generator: generator));
        using var _ = no_grad();
        Assert.That(new MultipleNegativesRankingLoss().Compute(left, right).item<float>(), Is.GreaterThan(1));
    }
}
