using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Tests.Contract;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

public sealed class HardNegativeTests
{
    private static readonly MLContext Ml = new(seed: 1);

    private static IEnumerable<HardNegativeOptions> Cases()
    {
        yield return new() { Metric = NeighborMetric.Euclidean };
        yield return new() { Metric = NeighborMetric.InnerProduct, NumberOfNegatives = 4, NumberOfPositives = 2, Positives = MinedPositives.Farthest };
        yield return new() { Metric = NeighborMetric.Euclidean, NumberOfNegatives = 3, RangeMin = 2, RangeMax = 9, AbsoluteMargin = 0 };
        yield return new() { Metric = NeighborMetric.Euclidean, NumberOfNegatives = 3, RelativeMargin = 0.5f, Positives = MinedPositives.Farthest };
        yield return new() { Metric = NeighborMetric.Euclidean, NumberOfNegatives = 2, AbsoluteMargin = -0.5f, NumberOfPositives = 3 };
        yield return new() { Metric = NeighborMetric.InnerProduct, NumberOfNegatives = 5, AbsoluteMargin = 1 };
        yield return new() { Metric = NeighborMetric.Euclidean, NumberOfNegatives = 5, MinimumDistance = 1, MaximumDistance = 2, RangeMax = 1000 };
        yield return new() { Metric = NeighborMetric.Euclidean, NumberOfNegatives = 1000, NumberOfPositives = 1000 };
    }

    [TestCaseSource(nameof(Cases))]
    public void Triplets_are_those_of_a_full_sort(HardNegativeOptions options)
    {
        var rows = MinedRow.Grid(rows: 70, classes: 12);
        var expected = new BruteForceTriplets(rows, options).Triplets();
        var view = Mine(rows, options);
        Assert.That(Read(view), Is.EqualTo(expected));
        Assert.That(expected, Is.Not.Empty);
        Assert.That(view.GetRowCount(), Is.EqualTo(expected.Count));
    }

    [Test]
    public void Cosine_triplets_are_the_nearest()
    {
        var rows = MinedRow.Grid(rows: 60, classes: 6);
        var expected = new BruteForceTriplets(rows, new() { NumberOfNegatives = 2 }).Triplets();
        var mined = Read(Mine(rows, new() { NumberOfNegatives = 2 }));
        // Rounding decides between nearly equal ones; their distances say that they are as good.
        Assert.That(mined.Select(t => (t.Anchor, t.PositiveDistance)), Is.EqualTo(expected.Select(t => (t.Anchor, t.PositiveDistance))).Using<(string, float)>(
            (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-6));
        Assert.That(mined.Select(t => t.NegativeDistance), Is.EqualTo(expected.Select(t => t.NegativeDistance)).Within(1e-6f));
        var label = rows.ToDictionary(r => r.Id, r => r.Label);
        Assert.That(mined.Select(t => label[t.Anchor] == label[t.Positive] && label[t.Anchor] != label[t.Negative]), Has.All.True);
    }

    [Test]
    public void Equal_rows_have_the_cosine_distance_0()
    {
        MinedRow[] rows = [new("a", 1, 0.1f, 0.7f, 0.3f), new("b", 1, 0.1f, 0.7f, 0.3f), new("c", 2, 0.1f, 0.7f, 0.3f), new("d", 3, 0, 0, 0)];
        Assert.That(Read(Mine(rows, new() { NumberOfNegatives = 2 })), Is.EqualTo(new Triplet[]
        {
            new("a", "b", "c", 0, 0), new("a", "b", "d", 0, 1), new("b", "a", "c", 0, 0), new("b", "a", "d", 0, 1),
        }));
    }

    [Test]
    public void Random_choices_keep_to_the_candidates_and_the_seed()
    {
        var rows = MinedRow.Grid(rows: 80, classes: 5);
        var options = new HardNegativeOptions
        {
            Metric = NeighborMetric.Euclidean,
            NumberOfNegatives = 3,
            RangeMin = 4,
            RangeMax = 20,
            Negatives = MinedNegatives.Random,
            NumberOfPositives = 2,
            Positives = MinedPositives.Random,
            Seed = 7,
        };
        var mined = Read(Mine(rows, options));
        Assert.That(Read(Mine(rows, options)), Is.EqualTo(mined));
        options.Seed = 8;
        Assert.That(Read(Mine(rows, options)), Is.Not.EqualTo(mined));

        Assert.That(mined, Has.Count.EqualTo(80 * 2 * 3));
        Assert.That(mined.Distinct(), Has.Exactly(mined.Count).Items, "each at most once");
        Assert.That(mined.Select(t => t.Positive == t.Anchor), Has.None.True);
        var all = new BruteForceTriplets(rows, new()
        {
            Metric = NeighborMetric.Euclidean,
            NumberOfNegatives = 16,
            RangeMin = 4,
            RangeMax = 20,
            NumberOfPositives = 80,
        }).Triplets();
        Assert.That(mined.Except(all), Is.Empty);
        Assert.That(mined.Select(t => all.IndexOf(t)), Is.Not.Ordered, "positives in the order drawn");
    }

    [Test]
    public void A_class_of_one_row_gives_negatives_but_no_anchor()
    {
        MinedRow[] rows = [new("a", 1, 0, 0, 0), new("alone", 2, 1, 0, 0), new("b", 1, 5, 0, 0)];
        Assert.That(Read(Mine(rows, new() { Metric = NeighborMetric.Euclidean, NumberOfNegatives = 9 })), Is.EqualTo(new Triplet[]
        {
            new("a", "b", "alone", 5, 1), new("b", "a", "alone", 5, 4),
        }));
    }

    [Test]
    public void Ids_come_back_in_their_own_type([Values("Id", "Number", "Key")] string column)
    {
        var data = Ml.Transforms.Conversion.MapValueToKey("Key", "Id").Fit(View(MinedRow.Grid(20, 3))).Transform(View(MinedRow.Grid(20, 3)));
        var view = Ml.Similarity.MineHardNegatives(data, idColumnName: column);
        Assert.That(view.Schema.Select(c => c.Name), Is.EqualTo(new[] { "Anchor", "Positive", "Negative", "PositiveDistance", "NegativeDistance" }));
        foreach (var name in new[] { "Anchor", "Positive", "Negative" })
            Assert.That(view.Schema[name].Type, Is.EqualTo(data.Schema[column].Type));
        var byId = Read(Ml.Similarity.MineHardNegatives(data));
        if (column == "Number")
            Assert.That(Examples.Column<long>(view, "Negative").Select(n => $"row {n - MinedRow.FirstNumber}"), Is.EqualTo(byId.Select(t => t.Negative)));
        if (column == "Key")
        {
            var texts = Examples.KeyTexts(view.Schema, "Negative");
            Assert.That(Examples.Column<uint>(view, "Negative").Select(k => texts[k - 1]), Is.EqualTo(byId.Select(t => t.Negative)));
        }
    }

    [Test]
    public void The_view_serves_every_kind_of_cursor_and_transform()
    {
        var view = Mine(MinedRow.Grid(40, 4), new() { NumberOfNegatives = 2 });
        RowContract.Holds(view, ViewSnapshot.Take(view), 0, "the triplets");
        var near = Ml.Data.FilterRowsByColumn(view, "NegativeDistance", upperBound: 0.01);
        Assert.That(Examples.Column<float>(Ml.Data.Cache(near), "NegativeDistance"),
            Is.EqualTo(Read(view).Select(t => t.NegativeDistance).Where(d => d < 0.01f)).And.Not.Empty);
        Assert.That(Read(Ml.Data.ShuffleRows(view, seed: 3)), Is.EquivalentTo(Read(view)));
    }

    [Test]
    public void Sets_larger_than_a_block_are_mined_whole()
    {
        var random = new Random(1);
        MinedRow[] rows = [.. Enumerable.Range(0, 1500).Select(i => new MinedRow($"{i}", i % 300, random.Next(-50, 50), random.Next(-50, 50), random.Next(-50, 50)))];
        var options = new HardNegativeOptions { Metric = NeighborMetric.Euclidean, NumberOfNegatives = 2, AbsoluteMargin = 0 };
        Assert.That(Read(Mine(rows, options)), Is.EqualTo(new BruteForceTriplets(rows, options).Triplets()));
    }

    [Test]
    public void Rows_that_cannot_be_used_are_left_out_with_a_warning()
    {
        var ml = new MLContext(1);
        var warnings = new List<string>();
        ml.Log += (_, e) =>
        {
            if (e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(e.RawMessage);
        };
        MinedRow[] rows = [new("a", 1, 0, 0, 0), new("nan", 1, 0, float.NaN, 0), new("", 1, 0, 0, 0), new("b", 1, 5, 0, 0), new("inf", 2, 1, 0, float.PositiveInfinity), new("c", 2, 2, 0, 0)];
        var mined = ml.Similarity.MineHardNegatives(ml.Data.LoadFromEnumerable(rows), options: new() { Metric = NeighborMetric.Euclidean });
        Assert.That(Read(mined), Is.EqualTo(new Triplet[] { new("a", "b", "c", 5, 2), new("b", "a", "c", 5, 3) }));
        Assert.That(warnings, Is.EqualTo(new[]
        {
            "1 rows without a label or an id were left out.",
            "2 rows with NaN or infinity in their embedding were left out.",
        }));
        warnings.Clear();
        var none = ml.Similarity.MineHardNegatives(ml.Data.LoadFromEnumerable(rows), options: new() { Metric = NeighborMetric.Euclidean, MinimumDistance = 100 });
        Assert.That((none.GetRowCount(), Read(none)), Is.EqualTo((0L, new List<Triplet>())));
        Assert.That(warnings[^1], Is.EqualTo("No row is left as a negative: the ranges, margins and bounds refuse all."));
    }

    internal static List<Triplet> Read(IDataView view) =>
        [.. Ml.Data.CreateEnumerable<Triplet>(view, reuseRowObject: false)];

    private static IDataView Mine(MinedRow[] rows, HardNegativeOptions options) => Ml.Similarity.MineHardNegatives(View(rows), options: options);

    private static IDataView View(MinedRow[] rows) => Ml.Data.LoadFromEnumerable(rows);
}
