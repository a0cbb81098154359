using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses;

public sealed class LossDeclarationTests
{
    [TestCase(-0.1)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void Margins_are_finite_and_not_negative(double value)
    {
        AssertRefused("Margin", () => new TripletLoss { Margin = value });
        AssertRefused("PositiveMargin", () => new ContrastiveLoss { PositiveMargin = value });
        AssertRefused("NegativeMargin", () => new ContrastiveLoss { NegativeMargin = value });
        AssertRefused("Margin", () => new TripletMarginMiner { Margin = value });

        void AssertRefused(string name, Func<object> make) => Assert.That(make, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Property("ParamName").EqualTo(name)
            .And.Message.EqualTo($"{name} must be a finite number of at least 0. (Parameter '{name}'){Environment.NewLine}Actual value was {value}."));
    }

    private static IEnumerable<object> Declarations() =>
        from type in typeof(Loss).Assembly.GetTypes()
        where !type.IsAbstract && Array.Exists([typeof(Loss), typeof(Miner), typeof(Distance), typeof(Reducer)], root => root.IsAssignableFrom(type))
        select LossExamples.Create(type);

    [TestCaseSource(nameof(Declarations))]
    public void Every_declaration_survives_JSON_as_its_base(object declaration)
    {
        var root = declaration.GetType();
        while (root.BaseType!.Assembly == root.Assembly)
            root = root.BaseType;
        var options = new JsonSerializerOptions { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
        Assert.That(JsonSerializer.Deserialize(JsonSerializer.Serialize(declaration, root, options), root, options), Is.EqualTo(declaration));
    }

    [Test]
    public void Declarations_are_equal_by_value()
    {
        Assert.That(new TripletLoss { Margin = 0.3, SoftMargin = true }, Is.EqualTo(new TripletLoss { SoftMargin = true, Margin = 0.3 }));
        Assert.That(new TripletLoss { Margin = 0.3 }, Is.Not.EqualTo(new TripletLoss()));
        Assert.That(new TripletLoss { Distance = new EuclideanDistance() }, Is.EqualTo(new TripletLoss { Distance = new EuclideanDistance() }));
        Assert.That(new TripletLoss { Distance = new EuclideanDistance() }, Is.Not.EqualTo(new TripletLoss()));
        Assert.That(new ContrastiveLoss { NegativeMargin = 2 }, Is.EqualTo(new ContrastiveLoss() with { NegativeMargin = 2 }));
        Assert.That<Loss>(new ContrastiveLoss(), Is.Not.EqualTo(new TripletLoss()));
        Assert.That(new TripletMarginMiner { Kind = TripletKind.Hard }, Is.EqualTo(new TripletMarginMiner { Kind = TripletKind.Hard }));
        Assert.That(new TripletMarginMiner { Kind = TripletKind.Hard }, Is.Not.EqualTo(new TripletMarginMiner()));
        Assert.That(new BatchHardMiner(), Is.EqualTo(new BatchHardMiner()));
    }

    [Test]
    public void The_parts_of_a_batch_must_fit_together()
    {
        using var scope = NewDisposeScope();
        var relation = Relation.FromLabels(tensor([1L, 2, 1]));
        AssertRefused(() => new EmbeddedBatch(zeros(2, 4), relation), "got embeddings [2, 4], 3 labels.");
        AssertRefused(() => new EmbeddedBatch(zeros(3), relation), "got embeddings [3], 3 labels.");
        AssertRefused(() => new EmbeddedBatch(zeros(3, 4), relation, ones(2)), "got embeddings [3, 4], 3 labels, weights [2].");
        AssertRefused(() => new EmbeddedBatch(zeros(3, 4), relation, ones(3, 1)), "got embeddings [3, 4], 3 labels, weights [3, 1].");
        Assert.That(() => new EmbeddedBatch(zeros(3, 4, dtype: ScalarType.Int64), relation), Throws.ArgumentException
            .With.Message.EqualTo("Embeddings must be floating point; got Int64. (Parameter 'embeddings')"));

        static void AssertRefused(Func<object> make, string end) => Assert.That(make, Throws.ArgumentException.With.Message.EqualTo(
            $"Embeddings must be [rows, dimensions] with one label, and one weight if any, for each row; {end} (Parameter 'embeddings')"));
    }

    [Test]
    public void Labels_must_be_a_vector_of_integers()
    {
        using var scope = NewDisposeScope();
        Assert.That(() => Relation.FromLabels(ones(3)), Throws.ArgumentException
            .With.Message.EqualTo("Labels must be a vector of integers; got Float32 of shape [3]. (Parameter 'labels')"));
        Assert.That(() => new TripletLoss().Compute(zeros(2, 2), ones(2, 2, dtype: ScalarType.Int32)), Throws.ArgumentException
            .With.Message.EqualTo("Labels must be a vector of integers; got Int32 of shape [2, 2]. (Parameter 'labels')"));
        Assert.That(Relation.FromLabels(tensor(new[] { true, false, true })).Positives.count_nonzero().ToInt64(), Is.EqualTo(2));
    }

    [Test]
    public void Compute_leaves_no_tensors_behind()
    {
        using var scope = NewDisposeScope();
        var embeddings = Batches.Uniform(1, 8, 4).requires_grad_();
        var labels = tensor([1L, 1, 1, 2, 2, 2, 3, 3]);
        var before = scope.DisposablesCount;
        foreach (var loss in new Loss[] { new TripletLoss(), new TripletLoss { SoftMargin = true }, new ContrastiveLoss(), (Loss)LossExamples.Create(typeof(MatryoshkaLoss)), (Loss)LossExamples.Create(typeof(SumLoss)) })
            loss.Compute(embeddings, labels).Dispose();
        Assert.That(scope.DisposablesCount, Is.EqualTo(before));
    }
}
