using Microsoft.ML.Similarity.Neighbors.Graph;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Graph;

public sealed class MinKeysTests
{
    [Test]
    public void Keys_come_out_in_order()
    {
        using var buffer = new NativeBuffer<ulong>();
        var random = new Random(1);
        var keys = Enumerable.Range(0, 5000).Select(_ => (ulong)random.Next(1000)).ToArray();
        for (var round = 0; round < 2; round++)
        {
            var heap = new MinKeys(buffer);
            foreach (var key in keys)
                heap.Push(key);
            var popped = new List<ulong>();
            while (heap.Count > 0)
            {
                Assert.That(heap.Top, Is.GreaterThanOrEqualTo(popped.LastOrDefault()));
                popped.Add(heap.Pop());
            }
            Assert.That(popped, Is.EqualTo(keys.Order()));
        }
    }
}
