using Microsoft.ML.Similarity.Training;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Training;

public sealed class BatchFeedTests
{
    [Test]
    public void Batches_come_in_their_order_and_then_no_more()
    {
        using var store = new Store();
        using var feed = new BatchFeed(store, 50, batch => [batch, batch + 1]);
        for (var batch = 0; batch < 50; batch++)
            Assert.That(feed.Next()[0].data<float>().ToArray(), Is.EqualTo(new float[] { batch, batch + 1 }));
        Assert.That(feed.Next, Throws.InvalidOperationException.With.Message.EqualTo("All batches of the epoch have been used."));
    }

    [Test]
    public void The_next_batch_is_fetched_before_it_is_asked_for()
    {
        using var store = new Store();
        using var feed = new BatchFeed(store, 50, batch => [batch]);
        feed.Next();
        Assert.That(() => store.Fetched, Is.EqualTo(3).After(10_000, 5), "one in use, one ready, one waiting");
        Thread.Sleep(50);
        Assert.That(store.Fetched, Is.EqualTo(3));
    }

    [Test]
    public void It_can_end_early()
    {
        using var store = new Store();
        new BatchFeed(store, 50, batch => [batch]).Dispose();
        using (var feed = new BatchFeed(store, 50, batch => [batch]))
            feed.Next();
        Assert.That(store.Fetched, Is.LessThan(10));
        Assert.That(store.Alive, Is.Zero);
    }

    [Test]
    public void An_error_comes_after_the_batches_before_it()
    {
        var mine = new InvalidDataException("mine");
        using var store = new Store();
        using var feed = new BatchFeed(store, 50, batch => batch < 2 ? [batch] : throw mine);
        feed.Next();
        feed.Next();
        Assert.That(feed.Next, Throws.Exception.SameAs(mine));
    }

    private sealed class Store : FeatureStore
    {
        private readonly List<torch.Tensor> _given = [];
        private int _fetched;

        public override int Count => 100;

        public override int Dimension => 1;

        public int Fetched => Volatile.Read(ref _fetched);

        public int Alive => _given.Count(tensor => !tensor.IsInvalid);

        public override torch.Tensor Upload(torch.Tensor[] fetched) => fetched[0];

        public override torch.Tensor[] Fetch(ReadOnlySpan<int> rows)
        {
            var batch = torch.tensor(Array.ConvertAll(rows.ToArray(), row => (float)row), rows.Length, 1);
            _given.Add(batch);
            Interlocked.Increment(ref _fetched);
            return [batch];
        }

        public override void Dispose()
        {
        }
    }
}
