using Microsoft.ML.Similarity.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>Weights of rows by the sizes of their classes.</summary>
public sealed class ClassWeightsTests
{
    // Classes of 4, 1 and 1 rows.
    private static readonly int[] Classes = [7, 2, 7, 7, 9, 7];

    private static IEnumerable<TestCaseData> ByHand()
    {
        yield return new(0.0, 1.0, 1.0);
        // 4 · 1/4 + 1 + 1 = 3 over 6 rows: a mean of 1/2.
        yield return new(1.0, 0.5, 2.0);
        // 4 · 1/2 + 1 + 1 = 4 over 6 rows: a mean of 2/3.
        yield return new(0.5, 0.75, 1.5);
    }

    [TestCaseSource(nameof(ByHand))]
    public void Rows_of_large_classes_weigh_less(double balance, double large, double small)
    {
        using var scope = NewDisposeScope();
        double[] expected = [large, small, large, large, small, large];
        Assert.That(ClassWeights.Of(Classes, balance), Is.EqualTo(expected).Within(1e-7));
        var weights = ClassWeights.Balanced(tensor(Classes), balance);
        Assert.That(weights.dtype, Is.EqualTo(ScalarType.Float32));
        Assert.That(weights.data<float>().ToArray(), Is.EqualTo(expected).Within(1e-7));
    }

    [Test]
    public void Balanced_classes_weigh_the_same_in_a_loss_of_single_rows()
    {
        using var scope = NewDisposeScope();
        var rows = Batches.Uniform(1, Classes.Length, 3);
        var norms = rows.norm(dim: 1, keepdim: false, p: 2).data<double>().ToArray();
        using var module = new EmbeddingNormLoss().CreateModule();
        var value = module.call(new EmbeddedBatch(rows, Relation.FromLabels(tensor(Classes)), ClassWeights.Balanced(tensor(Classes))), null).Value;
        var classMeans = Classes.Zip(norms).GroupBy(row => row.First, row => row.Second).Select(group => group.Average());
        Assert.That(value.ToDouble(), Is.EqualTo(classMeans.Average()).Within(1e-7));
    }

    [Test]
    public void No_rows_have_no_weights() => Assert.That(ClassWeights.Of([], 1), Is.Empty);

    [Test]
    public void Only_the_weights_are_left_behind()
    {
        using var scope = NewDisposeScope();
        var labels = tensor(Classes);
        var before = scope.DisposablesCount;
        ClassWeights.Balanced(labels);
        Assert.That(scope.DisposablesCount, Is.EqualTo(before + 1));
    }

    [TestCase(-0.1)]
    [TestCase(1.1)]
    [TestCase(double.NaN)]
    public void A_balance_out_of_range_is_refused(double balance)
    {
        using var scope = NewDisposeScope();
        var message = $"balance must be at least 0 and at most 1. (Parameter 'balance'){Environment.NewLine}Actual value was {balance}.";
        Assert.That(() => ClassWeights.Of(Classes, balance), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.EqualTo(message));
        Assert.That(() => ClassWeights.Balanced(tensor(Classes), balance), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.EqualTo(message));
        Assert.That(() => ClassWeights.Balanced(ones(3)), Throws.ArgumentException
            .With.Message.EqualTo("Labels must be a vector of integers; got Float32 of shape [3]. (Parameter 'labels')"));
    }
}
