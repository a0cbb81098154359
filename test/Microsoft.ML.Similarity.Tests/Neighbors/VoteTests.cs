using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

public sealed class VoteTests
{
    private static readonly MLContext Ml = new(seed: 1);

    // Seen from 0: a at 1, b at 2 and at 4.
    private static readonly IDataView Line = Ml.Data.LoadFromEnumerable(new[] { At("a", 1), At("b", 2), At("b", 4) });

    [Test]
    public void Uniform_votes_count_neighbours() => Classify(Line, new() { NumberOfNeighbors = 3 }, [0], "b", 1 / 3f, 2 / 3f);

    [Test]
    public void Votes_by_distance_count_its_inverse() =>
        Classify(Line, new() { NumberOfNeighbors = 3, Votes = NeighborVotes.DistanceWeighted }, [0], "a", 1 / 1.75f, 0.75f / 1.75f);

    [Test]
    public void Softmax_votes_count_the_exponential()
    {
        double a = Math.Exp(-1 / 0.5), b = Math.Exp(-2 / 0.5) + Math.Exp(-4 / 0.5);
        Classify(Line, new() { NumberOfNeighbors = 3, Votes = NeighborVotes.Softmax, Temperature = 0.5f }, [0], "a", (float)(a / (a + b)), (float)(b / (a + b)));
    }

    [Test]
    public void Softmax_of_far_neighbours_does_not_vanish() =>
        Classify(Line, new() { NumberOfNeighbors = 3, Votes = NeighborVotes.Softmax, Temperature = 1e-3f }, [-1000], "a", 1, 0);

    [Test]
    public void Softmax_takes_negative_distances() => Classify(
        Line,
        new() { NumberOfNeighbors = 3, Votes = NeighborVotes.Softmax, Temperature = 1, Metric = NeighborMetric.InnerProduct },
        [1],
        "b",
        (float)(Math.Exp(1) / (Math.Exp(1) + Math.Exp(2) + Math.Exp(4))),
        (float)((Math.Exp(2) + Math.Exp(4)) / (Math.Exp(1) + Math.Exp(2) + Math.Exp(4))));

    [Test]
    public void Exact_matches_share_all_the_weight() => Classify(
        Ml.Data.LoadFromEnumerable(new[] { At("a", 1), At("b", 2), At("b", 2), At("a", 2) }),
        new() { NumberOfNeighbors = 4, Votes = NeighborVotes.DistanceWeighted },
        [2],
        "b",
        1 / 3f,
        2 / 3f);

    [Test]
    public void Of_equal_votes_the_class_met_first_wins()
    {
        var data = Ml.Data.LoadFromEnumerable(new[] { At("a", 4), At("b", 1), At("b", 3), At("a", 2) });
        Classify(data, new() { NumberOfNeighbors = 4 }, [0], "b", 0.5f, 0.5f);
        Classify(data, new() { NumberOfNeighbors = 4 }, [5], "a", 0.5f, 0.5f);
        Classify(Ml.Data.LoadFromEnumerable(new[] { At("a", 2), At("b", 0) }), new() { NumberOfNeighbors = 2 }, [1], "a", 0.5f, 0.5f);
    }

    [Test]
    public void Fewer_rows_than_neighbours_all_vote_and_duplicates_each() => Classify(
        Ml.Data.LoadFromEnumerable(new[] { At("a", 1), At("b", 3), At("b", 3) }), new() { NumberOfNeighbors = int.MaxValue }, [0], "b", 1 / 3f, 2 / 3f);

    [Test]
    public void A_query_that_is_not_finite_gets_no_label_and_no_scores()
    {
        var query = Ml.Data.LoadFromEnumerable(new[] { At("", float.NaN), At("", float.NegativeInfinity), At("", 1) });
        var output = Ml.MulticlassClassification.Trainers.KNearestNeighbors().Fit(Line).Transform(query);
        Assert.That(Examples.Column<uint>(output, "PredictedLabel"), Is.EqualTo(new uint[] { 0, 0, 2 }));
        Assert.That(Examples.Vectors<float>(output, "Score")[..2], Is.All.EqualTo(new[] { float.NaN, float.NaN }));

        var regression = Ml.Regression.Trainers.KNearestNeighbors("Target").Fit(Line).Transform(query);
        Assert.That(Examples.Column<float>(regression, "Score"), Is.EqualTo(new[] { float.NaN, float.NaN, 0 }));

        var found = Ml.Similarity.Transforms.NearestNeighbors(inputColumnName: "Features", columns: ["Label"]).Fit(Line).Transform(query);
        Assert.That(Examples.Vectors<long>(found, "NeighborRow").Select(v => v.Length), Is.EqualTo(new[] { 0, 0, 3 }));
        Assert.That(Examples.Vectors<float>(found, "NeighborDistance").Select(v => v.Length), Is.EqualTo(new[] { 0, 0, 3 }));
        Assert.That(Examples.Vectors<ReadOnlyMemory<char>>(found, "NeighborLabel").Select(v => v.Length), Is.EqualTo(new[] { 0, 0, 3 }));
    }

    [TestCase(NeighborVotes.Uniform, 20f)]
    [TestCase(NeighborVotes.DistanceWeighted, 110 / 7f)]
    public void Regression_takes_the_weighted_mean(NeighborVotes votes, float expected)
    {
        var data = Ml.Data.LoadFromEnumerable(new[] { Target(10, 1), Target(20, 2), Target(30, 4), Target(float.NaN, 0) });
        var model = Ml.Regression.Trainers.KNearestNeighbors("Target", numberOfNeighbors: 3, votes: votes).Fit(data);
        Assert.That(model.Count, Is.EqualTo(3), "rows with a label");
        Assert.That(Examples.Column<float>(model.Transform(data), "Score")[3], Is.EqualTo(expected).Within(1e-5));
    }

    [Test]
    public void Rows_without_a_label_are_left_out_and_counted()
    {
        var ml = new MLContext();
        var lines = new List<string>();
        ml.Log += (_, e) => lines.Add(e.Message);
        var model = ml.MulticlassClassification.Trainers.KNearestNeighbors()
            .Fit(ml.Data.LoadFromEnumerable(new[] { At("", 0), At("a", 1), At("", 2) }));
        Assert.That(model.Count, Is.EqualTo(1));
        Assert.That(lines, Has.Some.Contains("2 rows without a label were left out."));
    }

    private static Example<string> At(string label, float value) => Examples.At(label, value, 0, 0);

    private static Example<string> Target(float target, float value)
    {
        var example = At("", value);
        example.Target = target;
        return example;
    }

    private static void Classify(IDataView data, KNearestNeighborsMulticlassTrainer.Options options, float[] query, string label, params float[] scores)
    {
        var output = Ml.MulticlassClassification.Trainers.KNearestNeighbors(options).Fit(data)
            .Transform(Ml.Data.LoadFromEnumerable(new[] { At("", query[0]) }));
        var predicted = Examples.Column<uint>(output, "PredictedLabel")[0];
        Assert.That(Examples.KeyTexts(output.Schema, "PredictedLabel")[predicted - 1], Is.EqualTo(label));
        Assert.That(Examples.Vectors<float>(output, "Score")[0], Is.EqualTo(scores).Within(1e-6));
    }
}
