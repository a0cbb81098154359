using Microsoft.ML.Similarity.Sampling;

namespace Microsoft.ML.Similarity.Tests.Sampling;

public sealed class ClassSamplerTests
{
    private static IEnumerable<TestCaseData> Shapes()
    {
        yield return Shape("balanced", Enumerable.Repeat(50, 20), 128, 4);
        yield return Shape("as many classes as groups", Enumerable.Repeat(40, 32), 128, 4);
        yield return Shape("many small classes", Enumerable.Range(0, 700).Select(i => 1 + i % 5), 128, 4);
        yield return Shape("three classes", [400, 300, 500], 96, 4);
        yield return Shape("99 % in one class", [9900, 50, 50], 128, 4);
        yield return Shape("99 % in one of many classes", [9900, .. Enumerable.Repeat(2, 50)], 128, 4);
        yield return Shape("all but one row in one class", [999, 1], 32, 4);
        yield return Shape("single rows only", Enumerable.Repeat(1, 300), 64, 4);
        yield return Shape("one class and single rows", [300, .. Enumerable.Repeat(1, 30)], 64, 4);
        yield return Shape("two equal classes", [500, 500], 64, 4);
        yield return Shape("two unequal classes", [37, 5], 16, 3);
        yield return Shape("one class", [333], 32, 4);
        yield return Shape("larger batch than data", [5, 3, 9], 64, 4);
        yield return Shape("batch of all rows", [32, 32], 64, 4);
        yield return Shape("a row more than a batch", [32, 33], 64, 4);
        yield return Shape("batch no multiple of K", Enumerable.Repeat(17, 12), 50, 4);
        yield return Shape("batch smaller than K", [20, 30, 10], 3, 8);
        yield return Shape("batch of K", [20, 30, 10], 4, 4);
        yield return Shape("odd batch of two classes", [30, 30], 9, 4);
        yield return Shape("batch of two", [20, 30, 10], 2, 4);
        yield return Shape("batch of one", [4, 3], 1, 2);
        yield return Shape("groups larger than classes", Enumerable.Repeat(3, 90), 32, 16);

        static TestCaseData Shape(string name, IEnumerable<int> sizes, int batchSize, int rowsPerClass) =>
            new TestCaseData(sizes.ToArray(), batchSize, rowsPerClass).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Shapes))]
    public void An_epoch_is_as_documented(int[] sizes, int batchSize, int rowsPerClass) => AssertEpoch(sizes, batchSize, rowsPerClass, seed: 3);

    [Test]
    public void An_epoch_is_as_documented_whatever_the_classes([Range(0, 29)] int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 20; i++)
        {
            var classes = random.Next(1, 80);
            var (largest, skew) = (random.Next(1, 300), 4 * random.NextDouble());
            int[] sizes = [.. Enumerable.Range(0, classes).Select(_ => 1 + (int)(largest * Math.Pow(random.NextDouble(), skew)))];
            AssertEpoch(sizes, random.Next(1, 200), random.Next(2, 9), random.Next());
        }
    }

    [Test]
    public void A_group_holds_rows_of_one_class_dealt_together()
    {
        var (rowsByClass, classOf) = Classes([.. Enumerable.Repeat(40, 50)]);
        foreach (var batch in new ClassSampler { RowsPerClass = 5 }.Epoch(Rows(rowsByClass), 100, seed: 1).Chunk(100))
            Assert.That(batch.CountBy(row => classOf[row]).Select(x => x.Value), Is.All.EqualTo(5));
    }

    [Test]
    public void Balanced_classes_are_dealt_once([Values(20, 32, 64, 500)] int classes)
    {
        var (rowsByClass, _) = Classes([.. Enumerable.Repeat(40, classes)]);
        Assert.That(new ClassSampler().Epoch(Rows(rowsByClass), 128, seed: 1), Has.Length.LessThanOrEqualTo(classes * 40 + 4 * 128));
    }

    [Test]
    public void The_same_seed_gives_the_same_epoch_and_another_seed_another()
    {
        var (rowsByClass, _) = Classes([30, 40, 50, 2, 1]);
        var sampler = new ClassSampler();
        Assert.That(sampler.Epoch(Rows(rowsByClass), 32, seed: 5), Is.EqualTo(sampler.Epoch(Rows(rowsByClass), 32, seed: 5)));
        Assert.That(sampler.Epoch(Rows(rowsByClass), 32, seed: 6), Is.Not.EqualTo(sampler.Epoch(Rows(rowsByClass), 32, seed: 5)));
        Assert.That(sampler.Epoch(Rows(rowsByClass), 1000, seed: 6), Is.Not.EqualTo(sampler.Epoch(Rows(rowsByClass), 1000, seed: 5)));
        Assert.That(rowsByClass[0], Is.EqualTo(Enumerable.Range(0, 30)), "the caller's rows are left in their order");
    }

    [Test]
    public void A_million_rows_of_100000_classes_are_dealt_about_once()
    {
        var (rowsByClass, _) = Classes([.. Enumerable.Repeat(10, 100_000)]);
        var epoch = new ClassSampler().Epoch(Rows(rowsByClass), 128, seed: 1);
        Assert.That(epoch.Distinct().Count(), Is.EqualTo(1_000_000));
        Assert.That(epoch, Has.Length.LessThan(1_030_000), "a class of 10 rows is dealt as two groups of 5");
    }

    [Test]
    public void An_epoch_of_a_seed_stays_what_it_is()
    {
        int[][] rowsByClass = [[0, 1, 2, 3, 4, 5, 6, 7, 8], [9, 10, 11, 12, 13], [14], [15, 16, 17]];
        int[] epoch = [16, 15, 17, 13, 9, 12, 3, 7, 6, 10, 11, 13, 0, 5, 1, 14, 16, 15, 2, 8, 4, 9, 12, 10];
        Assert.That(new ClassSampler { RowsPerClass = 3 }.Epoch(Rows(rowsByClass), 6, seed: 7), Is.EqualTo(epoch));
        epoch = [6, 15, 12, 3, 9, 13, 0, 17, 16, 8, 5, 7, 14, 10, 11, 4, 2, 1];
        Assert.That(new ClassSampler().Epoch(Rows(rowsByClass), 100, seed: 7), Is.EqualTo(epoch));
    }

    [Test]
    public void No_rows_give_no_batches() => Assert.That(new ClassSampler().Epoch(Rows([]), 8, seed: 1), Is.Empty);

    [Test]
    public void Options_are_checked()
    {
        Assert.That(() => new ClassSampler { RowsPerClass = 1 }, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo($"RowsPerClass must be at least 2. (Parameter 'RowsPerClass'){Environment.NewLine}Actual value was 1."));
        Assert.That(() => new ClassSampler().Epoch(Rows([[1]]), 0, seed: 1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(new ClassSampler { RowsPerClass = 8 }, Is.EqualTo(new ClassSampler()));
        Assert.That(new ClassSampler { RowsPerClass = 5 }, Is.Not.EqualTo(new ClassSampler()));
    }

    private static void AssertEpoch(int[] sizes, int batchSize, int rowsPerClass, int seed)
    {
        var (rowsByClass, classOf) = Classes(sizes);
        var epoch = new ClassSampler { RowsPerClass = rowsPerClass }.Epoch(Rows(rowsByClass), batchSize, seed);
        var rows = classOf.Length;
        var size = Math.Min(batchSize, rows);
        var what = $"classes [{string.Join(", ", sizes)}], batch {batchSize}, K {rowsPerClass}, seed {seed}";

        Assert.That(epoch.Distinct().Count(), Is.EqualTo(rows), $"every row: {what}");
        Assert.That(epoch.Length % size, Is.Zero, what);
        Assert.That(epoch, Has.Length.LessThanOrEqualTo(2 * rows + 4 * size), $"no needless batches: {what}");
        foreach (var batch in epoch.Chunk(size))
        {
            Assert.That(batch.Distinct().Count(), Is.EqualTo(size), $"no row twice: {what}");
            if (size == rows)
                continue;
            var counts = batch.CountBy(row => classOf[row]).ToDictionary();
            if (sizes.Length > 1 && size > 1)
                Assert.That(counts, Has.Count.GreaterThan(1), $"not of one class: {what}");
            if (counts.Any(x => x.Value > Limit(x.Key)))
                Assert.That(sizes.Index().All(c => counts.GetValueOrDefault(c.Index) >= Limit(c.Index)), $"beyond a limit only when all have reached theirs: {what}");
        }

        int Limit(int c)
        {
            var half = sizes.Length == 1 ? size : (size + 1) / 2;
            var groups = (sizes[c] + Math.Min(rowsPerClass, half) - 1) / Math.Min(rowsPerClass, half);
            var group = (sizes[c] + groups - 1) / groups;
            var share = (int)Math.Ceiling((double)size * sizes[c] / rows);
            return Math.Min(sizes[c], Math.Min((share + group - 1) / group * group, half));
        }
    }

    private static (int[][] RowsByClass, int[] ClassOf) Classes(int[] sizes)
    {
        int[] classOf = [.. sizes.SelectMany((size, c) => Enumerable.Repeat(c, size))];
        var next = 0;
        int[][] rowsByClass = [.. sizes.Select(size =>
        {
            int[] rows = [.. Enumerable.Range(next, size)];
            next += size;
            return rows;
        })];
        return (rowsByClass, classOf);
    }

    private static SampledRows Rows(int[][] rowsByClass) => new([.. rowsByClass.SelectMany(rows => rows)])
    {
        Classes = [.. rowsByClass.SelectMany((rows, c) => rows.Select(_ => c))],
    };
}
