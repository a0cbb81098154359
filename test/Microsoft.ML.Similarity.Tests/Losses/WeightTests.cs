using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>Weights are those of the rows as anchors.</summary>
public sealed class WeightTests
{
    private static readonly long[] Labels = [0, 0, 0, 1, 1, 2, 2, 2, 2, 3];

    private static readonly Loss[] Losses =
        [new TripletLoss(), new TripletLoss { SoftMargin = true }, new ContrastiveLoss(), new ContrastiveLoss { PositiveMargin = 0.4, NegativeMargin = 1.6 }];

    [Test]
    public void Equal_weights_are_no_weights([ValueSource(nameof(Losses))] Loss loss, [Values(1, 0.25, 8)] double weight)
    {
        using var scope = NewDisposeScope();
        var (value, gradient) = Compute(loss, null);
        var (weighted, weightedGradient) = Compute(loss, full(Labels.Length, weight, dtype: ScalarType.Float32));
        Assert.That(weighted, Is.EqualTo(value).Within(1e-14));
        Assert.That(Batches.Deviation(weightedGradient, gradient), Is.LessThan(1e-15));
    }

    // Counted twice in the mean is what a weight of 2 means.
    [Test]
    public void The_weighted_loss_is_the_mean_of_what_each_anchor_gives([Values] bool soft)
    {
        using var scope = NewDisposeScope();
        var batch = Batch(null);
        var distances = Batches.ToArray(batch.Distances(new EuclideanDistance()));
        double[] weights = [1, 0, 2, 0.5, 3, 1, 1, 0, 0.1, 7];
        var expected = TripletReference.Compute(distances, Labels, weights, 0.2, soft, (_, _, _) => true);
        Assert.That(Compute(new TripletLoss { SoftMargin = soft }, tensor(weights)).Value, Is.EqualTo(expected.Value).Within(1e-13));
    }

    [Test]
    public void The_contrastive_loss_is_the_sum_of_two_weighted_means([Values(0, 0.4)] double positiveMargin, [Values] bool weighted)
    {
        using var scope = NewDisposeScope();
        const double negativeMargin = 1.3;
        double[]? weights = weighted ? [1, 0, 2, 0.5, 3, 1, 1, 0, 0.1, 7] : null;
        var batch = Batch(null);
        var distances = Batches.ToArray(batch.Distances(new EuclideanDistance()));
        double[] sum = [0, 0], share = [0, 0], active = [0, 0];
        for (var a = 0; a < Labels.Length; a++)
        {
            for (var b = 0; b < Labels.Length; b++)
            {
                var kind = Labels[a] == Labels[b] ? 0 : 1;
                var loss = kind == 0 ? distances[a, b] - positiveMargin : negativeMargin - distances[a, b];
                if (a == b || loss <= 0)
                    continue;
                sum[kind] += loss * (weights?[a] ?? 1);
                share[kind] += weights?[a] ?? 1;
                active[kind]++;
            }
        }
        var contrastive = new ContrastiveLoss { PositiveMargin = positiveMargin, NegativeMargin = negativeMargin };
        using var module = contrastive.CreateModule();
        var actual = module.call(Batch(weights is null ? null : tensor(weights)), null);
        Assert.That(actual.Value.ToDouble(), Is.EqualTo(sum[0] / share[0] + sum[1] / share[1]).Within(1e-12));
        Assert.That(actual.ActiveFraction.ToDouble(), Is.EqualTo(active.Sum() / (Labels.Length * (Labels.Length - 1))).Within(1e-6));
    }

    [Test]
    public void A_weight_of_0_removes_an_anchor([ValueSource(nameof(Losses))] Loss loss)
    {
        // A row of weight 0 that is not needed as anyone's positive or negative, since all others weigh 0, too.
        using var scope = NewDisposeScope();
        var weights = zeros(Labels.Length);
        weights[9] = 5;
        var (value, gradient) = Compute(loss, weights);
        if (loss is TripletLoss)
            Assert.That(value, Is.Zero, "row 9 has no positive");
        else
            Assert.That(value, Is.GreaterThan(0), "row 9 has negatives");
        Assert.That(gradient.isfinite().all().ToBoolean());
        Assert.That(Compute(loss, null).Value, Is.Not.EqualTo(value));
    }

    private static (double Value, Tensor Gradient) Compute(Loss loss, Tensor? weights)
    {
        var batch = Batch(weights);
        using var module = loss.CreateModule();
        var value = module.call(batch, null).Value;
        return (value.ToDouble(), autograd.grad([value], [batch.Embeddings])[0]);
    }

    private static EmbeddedBatch Batch(Tensor? weights) =>
        new(Batches.Uniform(6, Labels.Length, 4).requires_grad_(), Relation.FromLabels(tensor(Labels)), weights);
}
