using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Vectors;

public sealed unsafe class WeightedSumsTests
{
    [Test]
    public void Rows_are_added_in_their_order([Values(1, 513, 1300)] int count, [Values(3, 64, 150)] int dimension, [Values(1, 4, 23)] int sums, [Values(1, 3)] int threads)
    {
        using var rows = new TestRows(count, dimension, seed: 1);
        using var factors = new TestRows(count, sums, seed: 2);
        using var results = new TestRows(sums, dimension, seed: 3);
        WeightedSums.Compute(rows.Rows, factors.Rows.Start, factors.Rows.Stride, results.Rows.Start, sums, new() { MaxDegreeOfParallelism = threads });
        for (var sum = 0; sum < sums; sum++)
        {
            var expected = new float[dimension];
            for (var row = 0; row < count; row++)
            {
                for (var i = 0; i < dimension; i++)
                    expected[i] = MathF.FusedMultiplyAdd(factors.Rows.Row(row)[sum], rows.Rows.Row(row)[i], expected[i]);
            }
            Assert.That(new ReadOnlySpan<float>(results.Rows.Row(sum), dimension).ToArray(), Is.EqualTo(expected));
        }
    }
}
