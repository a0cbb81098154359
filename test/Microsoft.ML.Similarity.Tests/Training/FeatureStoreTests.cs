using Microsoft.ML.Similarity.Training;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Training;

public sealed class FeatureStoreTests
{
    private const int Rows = 20000;   // more than a block
    private const int Dimension = 5;

    [Test]
    public void Rows_and_their_statistics_are_those_given([Values] bool sparse)
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, Rows)
            .Select(_ => Enumerable.Range(0, Dimension).Select(slot => random.Next(3) == 0 ? 0 : slot * 10 + random.NextSingle()).ToArray()).ToArray();
        using var store = Store(rows, sparse);
        Assert.That((store.Count, store.Dimension), Is.EqualTo((Rows, Dimension)));

        int[] some = [17, 3, 19999, 3];
        using var gathered = store.Gather(some);
        Assert.That(gathered.shape, Is.EqualTo(new[] { 4, Dimension }));
        Assert.That(gathered.data<float>().ToArray(), Is.EqualTo(some.SelectMany(row => rows[row])));

        int[] most = [.. Enumerable.Range(0, Rows).Where(row => row % 7 != 0)];
        var (mean, deviation) = store.Statistics(most);
        for (var slot = 0; slot < Dimension; slot++)
        {
            var values = most.Select(row => (double)rows[row][slot]).ToArray();
            var expected = values.Average();
            Assert.That(mean[slot], Is.EqualTo(expected).Within(1e-4).Percent);
            Assert.That(deviation[slot], Is.EqualTo(Math.Sqrt(values.Average(v => (v - expected) * (v - expected)))).Within(1e-4).Percent);
        }
    }

    [Test]
    public void Sparse_rows_may_be_empty()
    {
        using var store = Store([new float[Dimension], new float[Dimension]], sparse: true);
        using var gathered = store.Gather([1, 0]);
        Assert.That(gathered.data<float>().ToArray(), Is.EqualTo(new float[2 * Dimension]));
        Assert.That(store.Statistics([0, 1]).Deviation, Is.All.Zero);
    }

    private static FeatureStore Store(float[][] rows, bool sparse)
    {
        if (sparse)
        {
            return new SparseFeatureStore(
                [.. rows.Select(row => (Slots(row), Slots(row).Select(slot => row[slot]).ToArray()))], Dimension, torch.CPU);
        }
        // Blocks of one row, of many, and one with room left.
        var blocks = new Queue<float[]>([rows[0], [.. rows[1..15000].SelectMany(row => row)], [.. rows[15000..].SelectMany(row => row), .. new float[30]]]);
        return new DenseFeatureStore(blocks, rows.Length, Dimension, torch.CPU);

        static int[] Slots(float[] row) => [.. Enumerable.Range(0, row.Length).Where(slot => row[slot] != 0)];
    }
}
