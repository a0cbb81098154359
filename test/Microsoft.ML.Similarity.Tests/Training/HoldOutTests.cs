using Microsoft.ML.Similarity.Training;

namespace Microsoft.ML.Similarity.Tests.Training;

public sealed class HoldOutTests
{
    [Test]
    public void Whole_classes_are_held_out_where_they_suffice()
    {
        var classes = Classes(count: 50, rows: 4);
        var (training, validation) = HoldOut.Split(classes, 50, 0.1, seed: 1);
        AssertPartition(classes, training, validation);
        Assert.That(Of(classes, validation).Distinct().Count(), Is.EqualTo(5));
        Assert.That(Of(classes, training).Intersect(Of(classes, validation)), Is.Empty);
        Assert.That(validation, Has.Length.EqualTo(5 * 4));
    }

    [Test]
    public void Rows_of_each_class_are_held_out_where_classes_do_not_suffice()
    {
        var classes = Classes(count: 49, rows: 30);
        var (training, validation) = HoldOut.Split(classes, 49, 0.1, seed: 1);
        AssertPartition(classes, training, validation);
        Assert.That(Of(classes, validation).CountBy(c => c).Select(c => c.Value), Is.EqualTo(Enumerable.Repeat(3, 49)));
    }

    [Test]
    public void A_class_with_one_row_is_never_held_out_and_does_not_count()
    {
        int[] classes = [.. Classes(count: 49, rows: 4), .. Enumerable.Range(49, 30)];
        var (training, validation) = HoldOut.Split(classes, 79, 0.1, seed: 1);
        AssertPartition(classes, training, validation);
        Assert.That(Of(classes, validation).Max(), Is.LessThan(49));
        Assert.That(Of(classes, validation).CountBy(c => c).Select(c => c.Value), Is.All.EqualTo(2), "by rows: 49 classes do not suffice");
        Assert.That(Of(classes, training).Distinct().Count(), Is.EqualTo(79));
    }

    [Test]
    public void A_held_out_class_has_two_rows_and_leaves_two()
    {
        int[] classes = [.. Enumerable.Repeat(0, 3), .. Enumerable.Repeat(1, 4), .. Enumerable.Repeat(2, 100)];
        var (training, validation) = HoldOut.Split(classes, 3, 0.1, seed: 1);
        AssertPartition(classes, training, validation);
        Assert.That(Of(classes, validation).CountBy(c => c).OrderBy(c => c.Key).Select(c => (c.Key, c.Value)), Is.EqualTo(new[] { (1, 2), (2, 10) }));
    }

    [Test]
    public void A_fraction_of_0_holds_nothing_out()
    {
        var (training, validation) = HoldOut.Split(Classes(60, 4), 60, 0, seed: 1);
        Assert.That(training, Is.EqualTo(Enumerable.Range(0, 240)));
        Assert.That(validation, Is.Empty);
    }

    [TestCase(50, 4)]
    [TestCase(7, 20)]
    public void The_seed_decides(int count, int rows)
    {
        var classes = Classes(count, rows);
        var first = HoldOut.Split(classes, count, 0.1, seed: 1).Validation;
        Assert.That(HoldOut.Split(classes, count, 0.1, seed: 1).Validation, Is.EqualTo(first));
        Assert.That(HoldOut.Split(classes, count, 0.1, seed: 2).Validation, Is.Not.EqualTo(first));
    }

    [Test]
    public void Few_rows_are_not_limited() => Assert.That(HoldOut.Limit([3, 1, 2], [0, 0, 1, 1], 2, 3, seed: 1), Is.EqualTo(new[] { 3, 1, 2 }));

    [TestCase(10, 100, 100, 10)]
    [TestCase(100, 10, 50, 25)]
    public void A_limit_takes_as_many_of_each_class_as_fit(int count, int rows, int limit, int classesKept)
    {
        var classes = Classes(count, rows);
        int[] all = [.. Enumerable.Range(0, classes.Length)];
        var kept = HoldOut.Limit(all, classes, count, limit, seed: 1);
        Assert.That(kept, Has.Length.EqualTo(limit));
        Assert.That(kept, Is.Ordered.And.Unique.And.SubsetOf(all));
        var sizes = Of(classes, kept).CountBy(c => c).Select(c => c.Value).ToArray();
        Assert.That(sizes, Has.Length.EqualTo(classesKept).And.All.EqualTo(limit / classesKept));
        Assert.That(HoldOut.Limit(all, classes, count, limit, seed: 1), Is.EqualTo(kept));
        Assert.That(HoldOut.Limit(all, classes, count, limit, seed: 2), Is.Not.EqualTo(kept));
    }

    private static int[] Classes(int count, int rows) => [.. Enumerable.Range(0, count * rows).Select(i => i % count)];

    private static int[] Of(int[] classes, int[] rows) => Array.ConvertAll(rows, row => classes[row]);

    private static void AssertPartition(int[] classes, int[] training, int[] validation)
    {
        Assert.That(training.Concat(validation), Is.EquivalentTo(Enumerable.Range(0, classes.Length)));
        Assert.That(Of(classes, validation).CountBy(c => c).Select(c => c.Value), Is.All.AtLeast(2));
    }
}
