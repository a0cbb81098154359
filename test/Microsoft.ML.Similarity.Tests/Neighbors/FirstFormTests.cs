using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

/// <summary>Models saved before there was an index in them: their rows lie in two segments, the second with the rows added.</summary>
public sealed class FirstFormTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly Example<string>[] Rows = Made();
    private static readonly IDataView Data = Ml.Data.LoadFromEnumerable(Rows);
    private static readonly IDataView More = Ml.Data.LoadFromEnumerable(Rows.Take(2).Select(row => new Example<string>
    {
        Label = "added",
        Id = "new " + row.Id,
        Target = 100,
        Features = new VBuffer<float>(3, [row.Features.GetValues()[0] + 10, 0, 0]),
    }));

    private static readonly IDataView All = Ml.Data.LoadFromEnumerable(Rows.Concat(Ml.Data.CreateEnumerable<Example<string>>(More, reuseRowObject: false)));

    [Test]
    public void A_classifier_is_loaded()
    {
        var made = Ml.MulticlassClassification.Trainers.KNearestNeighbors(
            numberOfNeighbors: 3, votes: NeighborVotes.DistanceWeighted, rowIdColumnName: "Id").Fit(Data).AddRows(More);
        var (expected, found) = (made.Transform(All), Load("classifier-0.1.zip").Transform(All));
        Assert.That(Examples.Column<uint>(found, "PredictedLabel"), Is.EqualTo(Examples.Column<uint>(expected, "PredictedLabel")));
        Assert.That(Examples.Vectors<float>(found, "Score"), Is.EqualTo(Examples.Vectors<float>(expected, "Score")).Within(1e-5));
        Assert.That(Examples.KeyTexts(found.Schema, "PredictedLabel"), Is.EqualTo(new[] { "class 0", "class 1", "class 2", "added" }));
    }

    [Test]
    public void A_regression_is_loaded()
    {
        var made = Ml.Regression.Trainers.KNearestNeighbors("Target", numberOfNeighbors: 3, metric: NeighborMetric.Cosine).Fit(Data);
        Assert.That(Examples.Column<float>(Load("regression-0.1.zip").Transform(All), "Score"),
            Is.EqualTo(Examples.Column<float>(made.Transform(All), "Score")).Within(1e-5));
    }

    [Test]
    public void A_search_is_loaded()
    {
        var made = Ml.Similarity.Transforms.NearestNeighbors(inputColumnName: "Features", numberOfNeighbors: 3, columns: ["Label", "Target"]).Fit(Data).AddRows(More);
        var (expected, found) = (made.Transform(All), Load("neighbors-0.1.zip").Transform(All));
        Assert.That(Examples.Vectors<long>(found, "NeighborRow"), Is.EqualTo(Examples.Vectors<long>(expected, "NeighborRow")));
        Assert.That(Examples.Vectors<float>(found, "NeighborDistance"), Is.EqualTo(Examples.Vectors<float>(expected, "NeighborDistance")).Within(1e-5));
        Assert.That(Texts(found), Is.EqualTo(Texts(expected)));
        Assert.That(Texts(found), Has.Some.EqualTo("added"));
    }

    private static IEnumerable<string> Texts(IDataView found) =>
        Examples.Vectors<ReadOnlyMemory<char>>(found, "NeighborLabel").SelectMany(texts => texts.Select(text => text.ToString()));

    private static ITransformer Load(string file) => Ml.Model.Load(Path.Combine(AppContext.BaseDirectory, "Fixtures", "neighbors", file), out _);

    private static Example<string>[] Made()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, 12).Select(i => new Example<string>
        {
            Label = $"class {i % 3}",
            Id = $"row {i}",
            Target = i,
            Features = new VBuffer<float>(3, [(i % 3 * 2) + random.Next(3), i % 3, random.Next(2)]),
        })];
    }
}
