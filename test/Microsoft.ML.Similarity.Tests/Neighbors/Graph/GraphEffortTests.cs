using Microsoft.ML.Similarity.Neighbors.Graph;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Graph;

public sealed class GraphEffortTests
{
    private static readonly GraphEffort[] Efforts = [new(1, 12, 2, 0.99, 300), new(10, 40, 15, 0.98, 700), new(100, 200, 120, 0.97, 2000)];

    [TestCase(1, 12, 2)]
    [TestCase(2, 40, 15)]
    [TestCase(10, 40, 15)]
    [TestCase(11, 200, 120)]
    [TestCase(250, 500, 300)]
    public void Is_that_of_the_next_larger_number_or_in_proportion(int neighbors, int width, int verified)
    {
        var effort = GraphEffort.For(Efforts, neighbors);
        Assert.That((effort.Neighbors, effort.Width, effort.Verified), Is.EqualTo((neighbors, width, verified)));
    }
}
