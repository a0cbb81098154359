using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

public sealed class HardNegativePairTests
{
    private static readonly MLContext Ml = new(seed: 1);

    private static IEnumerable<HardNegativeOptions> Cases()
    {
        yield return new() { Metric = NeighborMetric.Euclidean };
        yield return new() { Metric = NeighborMetric.InnerProduct, NumberOfNegatives = 4, RangeMin = 1 };
        yield return new() { Metric = NeighborMetric.Euclidean, NumberOfNegatives = 3, RangeMax = 12, AbsoluteMargin = 0 };
        yield return new() { Metric = NeighborMetric.Euclidean, NumberOfNegatives = 3, RelativeMargin = 0.25f, MaximumDistance = 4 };
        yield return new() { Metric = NeighborMetric.Euclidean, NumberOfNegatives = 1000 };
    }

    [TestCaseSource(nameof(Cases))]
    public void Triplets_are_those_of_a_full_sort(HardNegativeOptions options)
    {
        var pairs = Pairs();
        var view = Mine(pairs, options);
        Assert.That(HardNegativeTests.Read(view), Is.EqualTo(new BruteForceTriplets([], options).OfPairs(pairs)).And.Not.Empty);
        Assert.That(view.Schema["Anchor"].Type, Is.EqualTo(TextDataViewType.Instance));
    }

    [Test]
    public void A_partner_from_another_pair_is_no_negative()
    {
        var query = new MinedRow("query", 0, 0, 0, 0);
        MinedRow[] answers = [new("best", 0, 1, 0, 0), new("good", 0, 2, 0, 0), new("bad", 0, 3, 0, 0)];
        var other = new MinedRow("other", 0, 9, 0, 0);
        var mined = HardNegativeTests.Read(Mine([(query, answers[0]), (query, answers[1]), (other, answers[2])], new() { Metric = NeighborMetric.Euclidean }));
        Assert.That(mined, Is.EqualTo(new Triplet[] { new("query", "best", "bad", 1, 3), new("query", "good", "bad", 2, 3), new("other", "bad", "good", 6, 7) }));
    }

    [Test]
    public void Left_and_right_ids_may_be_of_two_types()
    {
        var pairs = Pairs();
        var view = Ml.Similarity.MineHardNegativesOfPairs(View(pairs), leftIdColumnName: "LeftNumber");
        Assert.That(view.Schema["Anchor"].Type, Is.EqualTo(NumberDataViewType.Int64));
        Assert.That(view.Schema["Negative"].Type, Is.EqualTo(TextDataViewType.Instance));
        Assert.That(Examples.Column<long>(view, "Anchor"), Is.EqualTo(pairs.Select(p => p.Left.Number)));
    }

    [Test]
    public void Pairs_that_cannot_be_used_are_left_out_with_a_warning()
    {
        var ml = new MLContext(1);
        var warnings = new List<string>();
        ml.Log += (_, e) =>
        {
            if (e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(e.RawMessage);
        };
        (MinedRow, MinedRow)[] pairs =
        [
            (new("a", 0, 0, 0, 0), new("nan", 0, float.NaN, 0, 0)),
            (new("a", 0, 0, 0, 0), new("", 0, 1, 0, 0)),
            (new("", 0, 0, 0, 0), new("never", 0, 1, 0, 0)),
            (new("a", 0, 0, 0, 0), new("A", 0, 1, 0, 0)),
            (new("b", 0, 0, 0, 0), new("B", 0, 2, 0, 0)),
        ];
        var mined = ml.Similarity.MineHardNegativesOfPairs(View(pairs, ml), options: new() { Metric = NeighborMetric.Euclidean });
        Assert.That(HardNegativeTests.Read(mined), Is.EqualTo(new Triplet[] { new("a", "A", "B", 1, 2), new("b", "B", "A", 2, 1) }));
        Assert.That(warnings, Is.EqualTo(new[] { "2 pairs without an id were left out.", "1 pairs with NaN or infinity in an embedding were left out." }));
    }

    private static List<(MinedRow Left, MinedRow Right)> Pairs()
    {
        var rows = MinedRow.Grid(90, 3);
        var random = new Random(5);
        return [.. Enumerable.Range(0, 70).Select(_ => (rows[random.Next(40)], rows[40 + random.Next(50)]))];
    }

    private static IDataView Mine(IEnumerable<(MinedRow Left, MinedRow Right)> pairs, HardNegativeOptions options) =>
        Ml.Similarity.MineHardNegativesOfPairs(View(pairs), options: options);

    private static IDataView View(IEnumerable<(MinedRow Left, MinedRow Right)> pairs, MLContext? ml = null) =>
        (ml ?? Ml).Data.LoadFromEnumerable(pairs.Select(p => new IdPair
        {
            LeftId = p.Left.Id,
            LeftNumber = p.Left.Number,
            RightId = p.Right.Id,
            LeftEmbedding = p.Left.Embedding,
            RightEmbedding = p.Right.Embedding,
        }));

    private sealed class IdPair
    {
        public string LeftId { get; set; } = "";

        public long LeftNumber { get; set; }

        public string RightId { get; set; } = "";

        [VectorType(3)]
        public float[] LeftEmbedding { get; set; } = [];

        [VectorType(3)]
        public float[] RightEmbedding { get; set; } = [];
    }
}
