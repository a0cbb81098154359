using System.Text.Json;
using Microsoft.ML.Similarity.Sampling;

namespace Microsoft.ML.Similarity.Tests.Sampling;

/// <summary>What all samplers have in common.</summary>
public sealed class SamplerTests
{
    private static IEnumerable<Sampler> All() =>
        from type in typeof(Sampler).Assembly.GetTypes()
        where type.IsSubclassOf(typeof(Sampler))
        select (Sampler)Activator.CreateInstance(type)!;

    private static SampledRows Hundred() => new([.. Enumerable.Range(0, 100)])
    {
        Classes = [.. Enumerable.Range(0, 100).Select(i => i % 10)],
        Categories = [.. Enumerable.Range(0, 100).Select(i => i % 2)],
        Weights = [.. Enumerable.Repeat(1f, 100)],
        Items = [.. Enumerable.Range(0, 100).Select(i => new[] { i, 100 + i })],
    };

    [TestCaseSource(nameof(All))]
    public void The_seed_alone_decides(Sampler sampler)
    {
        var epoch = sampler.Epoch(Hundred(), 16, seed: 1);
        Assert.That(epoch.Length % 16, Is.Zero);
        Assert.That(sampler.Epoch(Hundred(), 16, seed: 1), Is.EqualTo(epoch));
        Assert.That(sampler.Epoch(Hundred(), 16, seed: 2), Is.Not.EqualTo(epoch));
    }

    [TestCaseSource(nameof(All))]
    public void One_row_is_a_batch_of_one(Sampler sampler)
    {
        var rows = new SampledRows([7]) { Classes = [0], Categories = [0], Weights = [1], Items = [[1, 2]] };
        Assert.That(sampler.Epoch(rows, 16, seed: 1), Is.EqualTo(new[] { 7 }));
    }

    [TestCaseSource(nameof(All))]
    public void No_rows_give_no_batches(Sampler sampler) =>
        Assert.That(sampler.Epoch(new SampledRows([]) { Classes = [], Categories = [], Weights = [], Items = [] }, 16, seed: 1), Is.Empty);

    [TestCaseSource(nameof(All))]
    public void Arguments_are_checked(Sampler sampler)
    {
        Assert.That(() => sampler.Epoch(null!, 16, seed: 1), Throws.ArgumentNullException);
        Assert.That(() => sampler.Epoch(Hundred(), 0, seed: 1), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo($"batchSize must be at least 1. (Parameter 'batchSize'){Environment.NewLine}Actual value was 0."));
    }

    [TestCaseSource(nameof(All))]
    public void A_sampler_survives_JSON(Sampler sampler) =>
        Assert.That(JsonSerializer.Deserialize<Sampler>(JsonSerializer.Serialize(sampler)), Is.EqualTo(sampler));

    [Test]
    public void Options_survive_JSON()
    {
        Sampler sampler = new DistributedSampler { Inner = new CategorySampler { CategoriesPerBatch = 3, RowsPerClass = 5 }, Rank = 1, WorldSize = 4 };
        Assert.That(JsonSerializer.Deserialize<Sampler>(JsonSerializer.Serialize(sampler)), Is.EqualTo(sampler).And.Not.EqualTo(new DistributedSampler()));
    }

    [Test]
    public void What_the_rows_lack_is_named()
    {
        var rows = new SampledRows([1, 2, 3]);
        AssertLacks(new ClassSampler(), rows, "ClassSampler needs SampledRows.Classes, but the rows have none.");
        AssertLacks(new CategorySampler(), rows, "CategorySampler needs SampledRows.Classes, but the rows have none.");
        AssertLacks(new CategorySampler(), new SampledRows([1, 2]) { Classes = [1, 1] }, "CategorySampler needs SampledRows.Categories, but the rows have none.");
        AssertLacks(new WeightedSampler(), rows, "WeightedSampler needs SampledRows.Weights, but the rows have none.");
        AssertLacks(new NoDuplicatesSampler(), rows, "NoDuplicatesSampler needs SampledRows.Items, but the rows have none.");
        AssertLacks(new WeightedSampler(), new SampledRows([1, 2]) { Weights = [0, 0] }, "All 2 weights are 0; at least one must be above 0.");

        static void AssertLacks(Sampler sampler, SampledRows rows, string message) =>
            Assert.That(() => sampler.Epoch(rows, 2, seed: 1), Throws.InvalidOperationException.With.Message.EqualTo(message));
    }

    [Test]
    public void Rows_are_checked()
    {
        Assert.That(() => new SampledRows(null!), Throws.ArgumentNullException);
        Assert.That(() => new SampledRows([1, 2, 1]), Throws.ArgumentException.With.Message.EqualTo("Rows must be all different; got 1 twice. (Parameter 'rows')"));
        Assert.That(() => new SampledRows([1, 2]) { Classes = [1] }, Throws.ArgumentException
            .With.Message.EqualTo("Classes must have one value for each of the 2 rows; got 1. (Parameter 'Classes')"));
        Assert.That(() => new SampledRows([1, 2]) { Items = [[1], []] }, Throws.ArgumentException
            .With.Message.EqualTo("Items must name at least one item for each row. (Parameter 'Items')"));
        foreach (var weight in new[] { -1, float.NaN, float.PositiveInfinity })
        {
            Assert.That(() => new SampledRows([1]) { Weights = [weight] }, Throws.TypeOf<ArgumentOutOfRangeException>()
                .With.Message.EqualTo($"Weights must be finite numbers of at least 0. (Parameter 'Weights'){Environment.NewLine}Actual value was {weight}."));
        }
    }

    [Test]
    public void Options_are_checked()
    {
        AssertRefused(() => new CategorySampler { RowsPerClass = 1 }, "RowsPerClass", 2, 1);
        AssertRefused(() => new CategorySampler { CategoriesPerBatch = 0 }, "CategoriesPerBatch", 1, 0);
        AssertRefused(() => new DistributedSampler { WorldSize = 0 }, "WorldSize", 1, 0);
        AssertRefused(() => new DistributedSampler { Rank = -1 }, "Rank", 0, -1);
        Assert.That(() => new DistributedSampler { Inner = null! }, Throws.ArgumentNullException);

        static void AssertRefused(Func<object> make, string name, int least, int value) => Assert.That(make, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo($"{name} must be at least {least}. (Parameter '{name}'){Environment.NewLine}Actual value was {value}."));
    }

    [Test]
    public void Rows_are_grouped_by_class_in_their_own_order()
    {
        var rows = new SampledRows([9, 4, 7, 1]) { Classes = [5, 2, 5, 2] };
        Assert.That(rows.RowsByClass, Is.EqualTo(new int[][] { [4, 1], [9, 7] }));
        Assert.That(rows.RowsByClass, Is.SameAs(rows.RowsByClass));
        Assert.That(new SampledRows([1]).RowsByClass, Is.Null);
    }
}
