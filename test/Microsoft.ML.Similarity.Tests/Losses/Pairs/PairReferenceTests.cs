using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Losses.Views;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses.Pairs;

/// <summary>What the golden file lacks, against plain loops written from the papers.</summary>
public sealed class PairReferenceTests
{
    private static readonly long[] Labels = [1, 0, 1, 1, 0, 0, 1];
    private static readonly double[] Gold = [0.5, 0.1, 0.9, 0.5, -0.2, 0.3, 0.7];

    [TestCase(0.5)]
    [TestCase(1.5)]
    public void Online_contrastive(double margin) =>
        PairReference.AssertEqual(new OnlineContrastivePairLoss { Margin = margin }, Labels.Length, tensor(Labels), 0, (left, right, _) =>
        {
            double[] distances = [.. left.Zip(right, (l, r) => 1 - PairReference.Cosine(l, r))];
            var farthest = Labels.Zip(distances).Where(x => x.First == 1).Max(x => x.Second);
            var nearest = Labels.Zip(distances).Where(x => x.First == 0).Min(x => x.Second);
            var sum = 0.0;
            for (var i = 0; i < Labels.Length; i++)
            {
                if (Labels[i] == 1 && distances[i] > nearest)
                    sum += distances[i] * distances[i];
                if (Labels[i] == 0 && distances[i] < farthest)
                    sum += Math.Pow(Math.Max(0, margin - distances[i]), 2);
            }
            return sum;
        });

    [TestCase(1)]
    [TestCase(0)]
    public void Online_contrastive_of_one_label_counts_every_pair(long label)
    {
        long[] labels = [label, label, label];
        PairReference.AssertEqual(new OnlineContrastivePairLoss { Margin = 2 }, 3, tensor(labels), 0, (left, right, _) =>
            left.Zip(right, (l, r) => Math.Pow(label == 1 ? 1 - PairReference.Cosine(l, r) : 1 + PairReference.Cosine(l, r), 2)).Sum());
    }

    [Test]
    public void Contrastive_with_other_distances([Values(0, 1, 2)] int which)
    {
        Distance distance = which switch
        {
            0 => new EuclideanDistance(),
            1 => new EuclideanDistance { Normalize = false },
            _ => new SquaredEuclideanDistance { Normalize = false },
        };
        // 40 rows are more than one block.
        long[] labels = [.. Enumerable.Range(0, 40).Select(i => i % 3 == 0 ? 1L : 0)];
        PairReference.AssertEqual(new ContrastivePairLoss { Margin = 1.5, Distance = distance }, labels.Length, tensor(labels), 0, (left, right, _) =>
            left.Zip(right, (l, r) => which switch
            {
                0 => Math.Sqrt(2 - 2 * PairReference.Cosine(l, r)),
                1 => PairReference.Euclidean(l, r),
                _ => Math.Pow(PairReference.Euclidean(l, r), 2),
            }).Zip(labels, (d, label) => Math.Pow(label == 1 ? d : Math.Max(0, 1.5 - d), 2) / 2).Average());
    }

    [Test]
    public void Ranking_with_several_columns_of_hard_negatives([Values] bool symmetric) =>
        PairReference.AssertEqual(new MultipleNegativesRankingLoss { Scale = 5, Symmetric = symmetric }, 4, null, 3, (left, right, negatives) =>
        {
            double[][] candidates = [.. right, .. negatives.SelectMany(column => column)];
            double Exp(double[] x, double[] y) => Math.Exp(5 * PairReference.Cosine(x, y));
            var forth = Enumerable.Range(0, 4).Average(i => -Math.Log(Exp(left[i], right[i]) / candidates.Sum(c => Exp(left[i], c))));
            var back = Enumerable.Range(0, 4).Average(i => -Math.Log(Exp(left[i], right[i]) / left.Sum(l => Exp(l, right[i]))));
            return symmetric ? (forth + back) / 2 : forth;
        });

    [Test]
    public void AnglE() =>
        PairReference.AssertEqual(new AnglELoss { Scale = 3 }, Gold.Length, tensor(Gold), 0, (left, right, _) =>
        {
            // z / w · |w| / |z|, as the paper divides complex numbers.
            double[] scores = [.. left.Zip(right, (z, w) =>
            {
                var sum = 0.0;
                for (var k = 0; k < 3; k++)
                {
                    var (a, b, c, d) = (z[k], z[k + 3], w[k], w[k + 3]);
                    sum += (a * c + b * d + (b * c - a * d)) / PairReference.Dot(w, w);
                }
                return Math.Abs(sum * Math.Sqrt(PairReference.Dot(w, w) / PairReference.Dot(z, z)));
            })];
            return Math.Log(1 + Enumerable.Range(0, Gold.Length).Sum(i => Enumerable.Range(0, Gold.Length)
                .Where(j => Gold[i] < Gold[j]).Sum(j => Math.Exp(3 * (scores[i] - scores[j])))));
        });

    [Test]
    public void Explicit_triplets([Values] bool soft) =>
        PairReference.AssertEqual(new ExplicitTripletLoss { SoftMargin = soft }, 5, null, 2, (left, right, negatives) =>
        {
            double Distance(double[] x, double[] y) => Math.Sqrt(2 - 2 * PairReference.Cosine(x, y));
            return negatives.Average(column => Enumerable.Range(0, 5).Average(i =>
            {
                var violation = Distance(left[i], right[i]) - Distance(left[i], column[i]) + 0.2;
                return soft ? Math.Log(1 + Math.Exp(violation)) : Math.Max(0, violation);
            }));
        });

    [TestCase(1)]
    [TestCase(2)]
    public void Margin_mse(int columns)
    {
        double[] teacher = [.. Gold[..3], .. columns == 2 ? Gold[3..6] : []];
        var targets = columns == 1 ? tensor(teacher) : tensor(teacher, [3, 2]);
        PairReference.AssertEqual(new MarginMseLoss(), 3, targets, columns, (left, right, negatives) =>
            Enumerable.Range(0, 3).Average(i => Enumerable.Range(0, columns).Average(n =>
                Math.Pow(PairReference.Dot(left[i], right[i]) - PairReference.Dot(left[i], negatives[n][i]) - teacher[i * columns + n], 2))));
    }

    [Test]
    public void Decoupled() =>
        PairReference.AssertEqual(new DclLoss { Temperature = 0.5 }, 4, null, 0, (left, right, _) =>
        {
            double[][] rows = [.. left, .. right];
            return Enumerable.Range(0, 8).Average(i => -PairReference.Cosine(rows[i], rows[(i + 4) % 8]) / 0.5
                + Math.Log(Enumerable.Range(0, 8).Where(k => k % 4 != i % 4).Sum(k => Math.Exp(PairReference.Cosine(rows[i], rows[k]) / 0.5))));
        });

    [Test]
    public void Decoupled_with_weights() =>
        PairReference.AssertEqual(new DclLoss { Temperature = 0.5, Sigma = 0.7 }, 4, null, 0, (left, right, _) =>
        {
            double[][] rows = [.. left, .. right];
            double Own(int i) => PairReference.Cosine(rows[i], rows[(i + 4) % 8]);
            var mean = Enumerable.Range(0, 4).Average(i => Math.Exp(Own(i) / 0.7));
            return Enumerable.Range(0, 8).Average(i => -(2 - Math.Exp(Own(i) / 0.7) / mean) * Own(i) / 0.5
                + Math.Log(Enumerable.Range(0, 8).Where(k => k % 4 != i % 4).Sum(k => Math.Exp(PairReference.Cosine(rows[i], rows[k]) / 0.5))));
        });

    [Test]
    public void Negative_cosine() =>
        PairReference.AssertEqual(new NegativeCosineLoss(), 4, null, 0,
            (left, right, _) => -left.Zip(right, PairReference.Cosine).Average(), fixedRight: true);
}
