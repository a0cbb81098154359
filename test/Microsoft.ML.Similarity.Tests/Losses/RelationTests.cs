using Microsoft.ML.Similarity.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>Relations other than equal labels.</summary>
public sealed class RelationTests
{
    [Test]
    public void Masks_are_checked()
    {
        using var scope = NewDisposeScope();
        var none = zeros(2, 2, dtype: ScalarType.Bool);
        var diagonal = eye(2, dtype: ScalarType.Bool);
        AssertRefused(() => Relation.FromMasks(diagonal, none), "A row is its own positive or negative: the diagonals must be false. (Parameter 'positives')");
        AssertRefused(() => Relation.FromMasks(none, diagonal), "A row is its own positive or negative: the diagonals must be false. (Parameter 'positives')");
        AssertRefused(() => Relation.FromMasks(diagonal, diagonal, isWithinBatch: false), "A pair is both positive and negative. (Parameter 'negatives')");
        AssertRefused(() => Relation.FromMasks(none, none.narrow(1, 0, 1)),
            "Positives and negatives must be Booleans of one shape [rows, rows]; got Bool [2, 2] and Bool [2, 1]. (Parameter 'positives')");
        AssertRefused(() => Relation.FromMasks(none.narrow(1, 0, 1), none.narrow(1, 0, 1)),
            "Positives and negatives must be Booleans of one shape [rows, rows]; got Bool [2, 1] and Bool [2, 1]. (Parameter 'positives')");
        AssertRefused(() => Relation.FromMasks(none, none.to(ScalarType.Int32), isWithinBatch: false),
            "Positives and negatives must be Booleans of one shape [anchors, references]; got Bool [2, 2] and Int32 [2, 2]. (Parameter 'positives')");
        var relation = Relation.FromMasks(diagonal, none, isWithinBatch: false);
        Assert.That(relation.Positives, Is.SameAs(diagonal));
        Assert.That(relation.Labels, Is.Null);
        Assert.That(relation.IsWithinBatch, Is.False);

        static void AssertRefused(Func<object> make, string message) => Assert.That(make, Throws.ArgumentException.With.Message.EqualTo(message));
    }
}
