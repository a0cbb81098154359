using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Tests.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Miners;

public sealed class AngularMinerTests
{
    [Test]
    public void Triplets_are_those_of_a_plain_loop([Values] bool normalize, [Values(0, 10, 20, 40)] double degrees, [Values(1, 2)] int seed)
    {
        using var scope = NewDisposeScope();
        var (embeddings, labels) = (Batches.Uniform(seed, 24, 5), Batches.UnbalancedLabels(seed, 24, 6));
        var batch = new EmbeddedBatch(embeddings, Relation.FromLabels(tensor(labels)));
        var selection = new AngularMiner { AngleDegrees = degrees, Distance = new EuclideanDistance { Normalize = normalize } }.Mine(batch);

        var x = Batches.ToArray(normalize ? nn.functional.normalize(embeddings) : embeddings);
        var expected = new List<long>();
        for (var a = 0; a < 24; a++)
        {
            for (var p = 0; p < 24; p++)
            {
                for (var n = 0; n < 24; n++)
                {
                    if (a != p && labels[a] == labels[p] && labels[a] != labels[n] && Angle(x, a, p, n) > degrees)
                        expected.AddRange([a, p, n]);
                }
            }
        }
        Assert.That(selection.ToTriplets().data<long>().ToArray(), Is.EqualTo(expected));
        var (asPositive, asNegative) = selection.CountPairs(ScalarType.Float64);
        var mask = zeros(24, 24, 24, dtype: ScalarType.Float64);
        foreach (var t in expected.Chunk(3))
            mask[t[0], t[1], t[2]] = 1;
        Assert.That(Batches.Deviation(asPositive, mask.sum(2)), Is.Zero);
        Assert.That(Batches.Deviation(asNegative, mask.sum(1)), Is.Zero);
    }

    // Seen from n, half of the line from a to p has 45 degrees.
    [Test]
    public void The_angle_is_seen_from_the_negative()
    {
        using var scope = NewDisposeScope();
        var batch = new EmbeddedBatch(tensor(new double[,] { { -1, 0 }, { 1, 0 }, { 0, 1 } }), Relation.FromLabels(tensor([1L, 1, 2])));
        Assert.That(Mine(44.9), Is.EqualTo(2));
        Assert.That(Mine(45.1), Is.Zero);

        long Mine(double degrees) =>
            new AngularMiner { AngleDegrees = degrees, Distance = new EuclideanDistance { Normalize = false } }.Mine(batch).ToTriplets().shape[0];
    }

    [Test]
    public void A_triplet_loss_takes_the_chosen_triplets_in_float32_too()
    {
        using var scope = NewDisposeScope();
        var batch = new EmbeddedBatch(Batches.Uniform(3, 20, 4, ScalarType.Float32), Relation.FromLabels(tensor(Batches.UnbalancedLabels(3, 20, 4))));
        var selection = new AngularMiner { AngleDegrees = 50 }.Mine(batch);
        using var module = new TripletLoss { Margin = 1, Reducer = new MeanReducer() }.CreateModule();
        var distances = Batches.ToArray(batch.Distances(new EuclideanDistance()));
        var losses = selection.ToTriplets().data<long>().ToArray().Chunk(3).Select(t => Math.Max(0, distances[t[0], t[1]] - distances[t[0], t[2]] + 1)).ToArray();
        Assert.That(losses, Is.Not.Empty);
        Assert.That(module.call(batch, selection).Value.ToDouble(), Is.EqualTo(losses.Average()).Within(1e-5));
    }

    [Test]
    public void Options_are_checked()
    {
        Assert.That(() => new AngularMiner { AngleDegrees = 91 }, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo($"AngleDegrees must be at least 0 and at most 90. (Parameter 'AngleDegrees'){Environment.NewLine}Actual value was 91."));
        using var scope = NewDisposeScope();
        var batch = new EmbeddedBatch(ones(2, 2), Relation.FromLabels(tensor([1L, 1])));
        Assert.That(() => new AngularMiner { Distance = new CosineDistance() }.Mine(batch), Throws.InvalidOperationException
            .With.Message.EqualTo("Distance is CosineDistance { }, but angles need a EuclideanDistance."));
    }

    private static double Angle(double[,] x, int a, int p, int n)
    {
        var (chord, height) = (0.0, 0.0);
        for (var k = 0; k < x.GetLength(1); k++)
        {
            chord += Math.Pow(x[a, k] - x[p, k], 2);
            height += Math.Pow(x[n, k] - (x[a, k] + x[p, k]) / 2, 2);
        }
        return Math.Atan(Math.Sqrt(chord) / (2 * Math.Sqrt(height))) * 180 / Math.PI;
    }
}
