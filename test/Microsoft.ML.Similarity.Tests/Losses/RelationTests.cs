using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Relations;
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

    private const int LabelCount = 7;

    // From no label to all of them; equal sets, and sets that share any number.
    private static int[][] LabelSets(int seed, int rows)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(row =>
            Enumerable.Range(0, LabelCount).Where(_ => random.NextDouble() < row % 4 / 3.0).ToArray())];
    }

    private static bool BelongTogether(int[] left, int[] right, double overlap) =>
        left.Intersect(right).Any() && left.Intersect(right).Count() / (double)left.Union(right).Count() >= overlap;

    private static Tensor Membership(int[][] sets) =>
        tensor([.. sets.SelectMany(set => Enumerable.Range(0, LabelCount).Select(label => set.Contains(label)))], [sets.Length, LabelCount]);

    [Test]
    public void Sets_of_labels_belong_together_by_what_they_share([Values(0, 0.2, 1.0 / 3, 0.5, 1)] double overlap)
    {
        using var scope = NewDisposeScope();
        var sets = LabelSets(1, 40);
        var relation = Relation.FromLabelSets(Membership(sets), overlap);
        AssertIs(relation, sets, overlap);
        Assert.That(relation.Positives.any().ToBoolean());
        Assert.That(relation.IsWithinBatch);

        // The same by numbers of distinct sets, as a trainer has them.
        List<int[]> distinct = [];
        int[] classes = [.. sets.Where(set => set.Length > 0).Select(set =>
        {
            var number = distinct.FindIndex(other => other.SequenceEqual(set));
            if (number < 0)
                distinct.Add(set);
            return number < 0 ? distinct.Count - 1 : number;
        })];
        var shared = new SharedLabelsRelation(distinct, LabelCount, overlap);
        AssertIs(BatchRelation.Of(classes, shared, CPU), [.. sets.Where(set => set.Length > 0)], overlap);
        var finder = shared.CreateFinder();
        for (var i = 0; i < distinct.Count; i++)
            Assert.That(finder.Of(i).ToArray(), Is.EquivalentTo(Enumerable.Range(0, distinct.Count).Where(j => BelongTogether(distinct[i], distinct[j], overlap))));
    }

    private static void AssertIs(Relation relation, int[][] sets, double overlap)
    {
        var (positives, negatives) = (relation.Positives.data<bool>().ToArray(), relation.Negatives.data<bool>().ToArray());
        for (var i = 0; i < sets.Length; i++)
        {
            for (var j = 0; j < sets.Length; j++)
            {
                var together = BelongTogether(sets[i], sets[j], overlap);
                Assert.That(positives[i * sets.Length + j], Is.EqualTo(together && i != j));
                Assert.That(negatives[i * sets.Length + j], Is.EqualTo(!together && i != j));
            }
        }
    }

    // 0.07 · 100 is more than 7 in float64; 7 / 100 is 0.07.
    [Test]
    public void An_overlap_just_reached_is_enough()
    {
        using var scope = NewDisposeScope();
        var membership = tensor([.. Enumerable.Range(0, 100).Select(_ => true), .. Enumerable.Range(0, 100).Select(label => label < 7)], [2, 100]);
        Assert.That(Relation.FromLabelSets(membership, 0.07).Positives.count_nonzero().ToInt64(), Is.EqualTo(2));
        Assert.That(Relation.FromLabelSets(membership, 0.0701).Positives.count_nonzero().ToInt64(), Is.Zero);
        var sets = new SharedLabelsRelation([[.. Enumerable.Range(0, 100)], [.. Enumerable.Range(0, 7)]], 100, 0.07);
        Assert.That(sets.AreRelated(0, 1));
    }

    [Test]
    public void Losses_and_miners_use_the_relation_whatever_made_it([Values] bool mined)
    {
        using var scope = NewDisposeScope();
        const double overlap = 0.4;
        var sets = LabelSets(2, 16);
        var embeddings = Batches.Uniform(3, sets.Length, 4);
        var batch = new EmbeddedBatch(embeddings, Relation.FromLabelSets(Membership(sets), overlap));
        var d = PlainLoops.Distances(Batches.ToArray(embeddings));
        var s = PlainLoops.Cosines(Batches.ToArray(embeddings));
        int[] rows = [.. Enumerable.Range(0, sets.Length)];
        int[][] positives = [.. rows.Select(a => rows.Where(i => i != a && BelongTogether(sets[a], sets[i], overlap)).ToArray())];
        int[][] negatives = [.. rows.Select(a => rows.Where(i => i != a && !BelongTogether(sets[a], sets[i], overlap)).ToArray())];
        if (mined)
        {
            var complete = rows.Where(a => positives[a].Length > 0 && negatives[a].Length > 0).ToHashSet();
            positives = [.. rows.Select(a => complete.Contains(a) ? new[] { positives[a].MaxBy(i => d[a, i]) } : [])];
            negatives = [.. rows.Select(a => complete.Contains(a) ? new[] { negatives[a].MinBy(i => d[a, i]) } : [])];
        }

        var triplets = rows.SelectMany(a => positives[a].SelectMany(p => negatives[a].Select(n => Math.Max(0, d[a, p] - d[a, n] + 0.2)))).Where(x => x > 0);
        AssertValue(new TripletLoss(), triplets.Average());
        var pull = rows.SelectMany(a => positives[a].Select(p => d[a, p])).Average();
        var push = rows.SelectMany(a => negatives[a].Select(n => Math.Max(0, 1 - d[a, n]))).Where(x => x > 0).Average();
        AssertValue(new ContrastiveLoss(), pull + push);
        AssertValue(new SupConLoss(), rows.Where(a => positives[a].Length > 0).Average(a =>
            Math.Log(positives[a].Concat(negatives[a]).Sum(i => Math.Exp(s[a, i] / 0.1))) - positives[a].Average(p => s[a, p] / 0.1)));

        void AssertValue(Loss loss, double expected)
        {
            using var module = loss.CreateModule();
            Assert.That(module.call(batch, mined ? new BatchHardMiner().Mine(batch) : null).Value.ToDouble(), Is.EqualTo(expected).Within(1e-9).And.GreaterThan(0));
        }
    }

    [Test]
    public void Sets_of_labels_are_checked()
    {
        using var scope = NewDisposeScope();
        Assert.That(() => Relation.FromLabelSets(ones(2, 3)), Throws.ArgumentException
            .With.Message.EqualTo("The membership must be [rows, labels] Booleans; got Float32 [2, 3]. (Parameter 'membership')"));
        Assert.That(() => Relation.FromLabelSets(ones(2, 3, dtype: ScalarType.Bool), 1.5), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo($"minimumOverlap must be at least 0 and at most 1. (Parameter 'minimumOverlap'){Environment.NewLine}Actual value was 1.5."));
    }

    [Test]
    public void A_batch_of_single_labels_is_related_by_them()
    {
        using var scope = NewDisposeScope();
        var relation = BatchRelation.Of([4, 2, 4], null, CPU);
        Assert.That(relation.Labels!.data<long>().ToArray(), Is.EqualTo(new[] { 4, 2, 4 }));

        // Classes 0 and 70 belong together, and no class with itself.
        var table = new RelationTable(71);
        table.Add(70, 0);
        relation = BatchRelation.Of([0, 70, 1, 0], table, CPU);
        Assert.That(relation.Positives.nonzero().data<long>().ToArray(), Is.EqualTo(new[] { 0, 1, 1, 0, 1, 3, 3, 1 }));
        Assert.That(relation.Negatives.count_nonzero().ToInt64(), Is.EqualTo(12 - 4));
        Assert.That(table.CreateFinder().Of(0).ToArray(), Is.EqualTo(new[] { 70 }));
        Assert.That(table.CreateFinder().Of(70).ToArray(), Is.EqualTo(new[] { 0 }));
        Assert.That(table.CreateFinder().Of(1).ToArray(), Is.Empty);
    }
}
