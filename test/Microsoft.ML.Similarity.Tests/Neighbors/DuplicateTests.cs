using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

public sealed class DuplicateTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [Test]
    public void Pairs_are_given_once_with_the_ids_and_distances([Values(NeighborMetric.Euclidean, NeighborMetric.SquaredEuclidean)] NeighborMetric metric)
    {
        var found = Find(o => (o.Metric, o.MaximumDistance) = (metric, 1), At("a", 0), At("b", 5), At("c", 1), At("d", 5), At("e", 1.5f));
        Assert.That(Pairs(found), Is.EqualTo(new[]
        {
            ("a", "c", 1f), ("b", "d", 0f), ("c", "e", metric == NeighborMetric.Euclidean ? 0.5f : 0.25f),
        }));
        Assert.That(found.Schema.Select(column => column.Name), Is.EqualTo(new[] { "Left", "Right", "Distance" }));
        Assert.That(found.Schema["Left"].Type, Is.EqualTo(TextDataViewType.Instance));
    }

    [Test]
    public void Many_rows_alike_are_all_pairs([Values] bool graph)
    {
        // 300 equal ones among 1000: more than are looked for at first.
        var random = new Random(1);
        var rows = Enumerable.Range(0, 1000).Select(i => i % 10 < 3 ? At($"{i}", 1, 2, 3) : At($"{i}", random.NextSingle() - 0.5f, random.NextSingle() - 0.5f, -1)).ToArray();
        var found = Find(o =>
        {
            o.MaximumDistance = 0;
            o.SearchMode = graph ? SearchMode.Approximate(0.99) : SearchMode.Exact;
        }, rows);
        var pairs = Pairs(found);
        Assert.That(pairs, Has.Length.EqualTo(300 * 299 / 2));
        Assert.That(pairs.Select(pair => pair.Distance), Is.All.Zero);
        Assert.That(pairs.Distinct().Count(), Is.EqualTo(pairs.Length));
    }

    [Test]
    public void Exact_and_nearly_all_pairs_agree_with_all_distances([Values(1, 2)] int seed)
    {
        var random = new Random(seed);
        var rows = Enumerable.Range(0, 600).Select(i => At($"{i}", random.NextSingle(), random.NextSingle(), random.NextSingle())).ToArray();
        var expected = (from i in Enumerable.Range(0, rows.Length)
                        from j in Enumerable.Range(i + 1, rows.Length - i - 1)
                        let distance = Distance(rows[i], rows[j])
                        where distance <= 0.1f
                        select (rows[i].Id, rows[j].Id)).ToHashSet();
        var exact = Pairs(Find(o => (o.Metric, o.MaximumDistance) = (NeighborMetric.Euclidean, 0.1f), rows));
        Assert.That(exact.Select(pair => (pair.Left, pair.Right)).ToHashSet(), Is.EquivalentTo(expected));
        Assert.That(exact, Is.EqualTo(exact.OrderBy(pair => int.Parse(pair.Left, null)).ThenBy(pair => pair.Distance).ThenBy(pair => int.Parse(pair.Right, null))));
        var some = Pairs(Find(o => (o.Metric, o.MaximumDistance, o.SearchMode) = (NeighborMetric.Euclidean, 0.1f, SearchMode.Approximate(0.99)), rows));
        Assert.That(some, Is.SubsetOf(exact).And.Length.GreaterThan(0.98 * exact.Length));
    }

    [Test]
    public void Rows_of_one_id_and_unusable_rows_are_no_pairs()
    {
        var logged = new List<string>();
        var ml = new MLContext(seed: 1);
        ml.Log += (_, line) => logged.Add(line.Message);
        var rows = new[] { At("a", 1), At("a", 1), At("", 1), At("b", float.NaN), At("c", 1), At("zero", 0) };
        var found = ml.Similarity.FindDuplicates(ml.Data.LoadFromEnumerable(rows), "Features");
        Assert.That(Pairs(found).Select(pair => (pair.Left, pair.Right)), Is.EqualTo(new[] { ("a", "c"), ("a", "c") }));
        Assert.That(logged, Has.Some.Contains("2 rows without an id, or with NaN or infinity in their embedding, were left out."));
        Assert.That(Pairs(Find(o => { })), Is.Empty, "no rows");
    }

    [Test]
    public void Wrong_columns_and_options_are_refused()
    {
        var rows = Ml.Data.LoadFromEnumerable(new[] { At("a", 1) });
        Assert.That(() => Ml.Similarity.FindDuplicates(rows, "Nope"), Throws.InstanceOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("Could not find the embedding column 'Nope' in the input schema."));
        Assert.That(() => Ml.Similarity.FindDuplicates(rows, "Features", "Target"), Throws.InstanceOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("Schema mismatch for id column 'Target'"));
        Assert.That(() => Find(o => o.MaximumDistance = float.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("MaximumDistance is NaN; it must be a finite number."));
        Assert.That(() => Find(o => o.SearchMode = null!), Throws.ArgumentNullException);
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.That(() => Find(o => o.CancellationToken = source.Token, At("a", 1)), Throws.InstanceOf<OperationCanceledException>());
    }

    private static IDataView Find(Action<DuplicateOptions> change, params Example<string>[] rows)
    {
        var options = new DuplicateOptions();
        change(options);
        return Ml.Similarity.FindDuplicates(Ml.Data.LoadFromEnumerable(rows), "Features", "Id", options);
    }

    private static Example<string> At(string id, float x, float y = 0, float z = 0)
    {
        var row = Examples.At("", x, y, z);
        row.Id = id;
        return row;
    }

    private static float Distance(Example<string> a, Example<string> b) =>
        MathF.Sqrt(a.Features.GetValues().ToArray().Zip(b.Features.GetValues().ToArray(), (x, y) => (x - y) * (x - y)).Sum());

    private static (string Left, string Right, float Distance)[] Pairs(IDataView found) =>
        [.. found.GetColumn<string>("Left").Zip(found.GetColumn<string>("Right"), found.GetColumn<float>("Distance"))];
}
