using System.Text.Json;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Losses.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses.Pairs;

public sealed class PairDeclarationTests
{
    [TestCase(-0.1)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void Values_out_of_range_are_refused(double value)
    {
        AssertRefused("Margin", "of at least 0", () => new ContrastivePairLoss { Margin = value });
        AssertRefused("Margin", "of at least 0", () => new OnlineContrastivePairLoss { Margin = value });
        AssertRefused("Margin", "of at least 0", () => new ExplicitTripletLoss { Margin = value });
        AssertRefused("Scale", "above 0", () => new MultipleNegativesRankingLoss { Scale = value });
        AssertRefused("Scale", "above 0", () => new CoSentLoss { Scale = value });
        AssertRefused("Scale", "above 0", () => new AnglELoss { Scale = value });
        AssertRefused("Temperature", "above 0", () => new ViewNTXentLoss { Temperature = value });
        AssertRefused("Temperature", "above 0", () => new InfoNceLoss { Temperature = value });
        AssertRefused("Temperature", "above 0", () => new DclLoss { Temperature = value });
        AssertRefused("Lambda", "of at least 0", () => new BarlowTwinsLoss { Lambda = value });
        AssertRefused("Similarity", "of at least 0", () => new VicRegLoss { Similarity = value });
        AssertRefused("Variance", "of at least 0", () => new VicRegLoss { Variance = value });
        AssertRefused("Covariance", "of at least 0", () => new VicRegLoss { Covariance = value });
        AssertRefused("Epsilon", "above 0", () => new VicRegLoss { Epsilon = value });

        void AssertRefused(string name, string range, Func<object> make) => Assert.That(make, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Property("ParamName").EqualTo(name)
            .And.Message.EqualTo($"{name} must be a finite number {range}. (Parameter '{name}'){Environment.NewLine}Actual value was {value}."));
    }

    [Test]
    public void Every_loss_survives_json()
    {
        PairLoss[] losses = [.. LossExamples.PairLosses];
        Assert.That(losses, Has.Length.EqualTo(17));
        foreach (var loss in losses)
            Assert.That(JsonSerializer.Deserialize<PairLoss>(JsonSerializer.Serialize(loss)), Is.EqualTo(loss));
    }

    [Test]
    public void The_parts_of_a_batch_must_fit_together()
    {
        using var scope = NewDisposeScope();
        AssertRefused(() => new PairBatch(zeros(3), zeros(3)), "left", "left must be [rows, dimensions] with at least one row; got [3].");
        AssertRefused(() => new PairBatch(zeros(0, 3), zeros(0, 3)), "left", "left must be [rows, dimensions] with at least one row; got [0, 3].");
        AssertRefused(() => new PairBatch(zeros(2, 3, dtype: ScalarType.Int64), zeros(2, 3)), "left", "left must be floating point; got Int64.");
        AssertRefused(() => new PairBatch(zeros(2, 3), zeros(3, 3)), "right", "right must be of left's shape and type, Float32 [2, 3]; got Float32 [3, 3].");
        AssertRefused(() => new PairBatch(zeros(2, 3), zeros(2, 3), hardNegatives: [zeros(2, 3), zeros(2, 3, dtype: ScalarType.Float64)]),
            "hardNegatives[1]", "hardNegatives[1] must be of left's shape and type, Float32 [2, 3]; got Float64 [2, 3].");
        AssertRefused(() => new PairBatch(zeros(2, 3), zeros(2, 3), hardNegatives: [null!]),
            "hardNegatives[0]", "hardNegatives[0] must be of left's shape and type, Float32 [2, 3]; got null.");
        AssertRefused(() => new PairBatch(zeros(2, 3), zeros(2, 3), zeros(3)), "targets", "targets must be [2] or [2, n], as left has 2 rows; got [3].");

        static void AssertRefused(Func<object> make, string name, string message) =>
            Assert.That(make, Throws.ArgumentException.With.Message.EqualTo($"{message} (Parameter '{name}')"));
    }

    [Test]
    public void A_loss_says_what_it_lacks()
    {
        using var scope = NewDisposeScope();
        AssertRefused(new ContrastivePairLoss(), null, "ContrastivePairLoss needs targets [2], 1 for a similar pair and 0 for another; got none.");
        AssertRefused(new OnlineContrastivePairLoss(), ones(2, 2), "OnlineContrastivePairLoss needs targets [2], 1 for a similar pair and 0 for another; got [2, 2].");
        AssertRefused(new CoSentLoss(), null, "CoSentLoss needs targets [2], a gold score for each pair; got none.");
        AssertRefused(new CosineRegressionLoss(), null, "CosineRegressionLoss needs targets [2], a gold score for each pair; got none.");
        AssertRefused(new AnglELoss(), null, "AnglELoss needs targets [2], a gold score for each pair; got none.");
        AssertRefused(new AnglELoss(), ones(2), "AnglELoss needs embeddings of an even number of values, half of them imaginary parts; got 3.");
        AssertRefused(new ExplicitTripletLoss(), null, "ExplicitTripletLoss needs at least one column of hard negatives; got none.");
        AssertRefused(new MarginMseLoss(), ones(2), "MarginMseLoss needs at least one column of hard negatives; got none.");
        AssertRefused(new MarginMseLoss(), null, "MarginMseLoss needs targets [2, 1], a teacher's margin for each hard negative; got none.", zeros(2, 3));
        AssertRefused(new MarginMseLoss(), ones(2, 2), "MarginMseLoss needs targets [2, 1], a teacher's margin for each hard negative; got [2, 2].", zeros(2, 3));

        static void AssertRefused(PairLoss loss, Tensor? targets, string message, params Tensor[] negatives) =>
            Assert.That(() => loss.Compute(ones(2, 3), ones(2, 3), targets, negatives), Throws.InvalidOperationException.With.Message.EqualTo(message));
    }

    // As float32 the gold scores would be equal.
    [Test]
    public void Large_gold_scores_stay_apart()
    {
        using var scope = NewDisposeScope();
        var rows = Batches.Uniform(1, 2, 4, ScalarType.Float32);
        Assert.That(new CoSentLoss().Compute(rows, rows, tensor([1L << 24, (1L << 24) + 1])).ToDouble(), Is.EqualTo(Math.Log(2)).Within(1e-5));
    }

    [Test]
    public void Compute_leaves_no_tensors_behind()
    {
        using var scope = NewDisposeScope();
        var (left, right, targets) = (Batches.Uniform(1, 6, 4).requires_grad_(), Batches.Uniform(2, 6, 4), ones(6));
        var before = scope.DisposablesCount;
        foreach (var loss in new PairLoss[] { new ContrastivePairLoss(), new CoSentLoss(), new ViewNTXentLoss(), new VicRegLoss() })
            loss.Compute(left, right, targets).Dispose();
        Assert.That(scope.DisposablesCount, Is.EqualTo(before));
    }
}
