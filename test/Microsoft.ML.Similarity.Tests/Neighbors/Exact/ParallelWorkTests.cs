using Microsoft.ML.Similarity.Neighbors.Exact;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Exact;

public sealed class ParallelWorkTests
{
    [Test]
    [CancelAfter(20_000)]
    public void Error_of_a_thread_reaches_the_caller([Values(-1, 0, 3, 39)] int failing, [Values(1, 3)] int threads)
    {
        using var work = new Failing(failing);
        var run = Task.Run(() => work.RunAll(40, threads));
        Assert.That(() => run.WaitAsync(TimeSpan.FromSeconds(10)).GetAwaiter().GetResult(), Throws.TypeOf<InsufficientMemoryException>());
        work.Mend();
        Assert.That(work.RunAll(40, threads), Is.EqualTo(40));
    }

    // Fails at a chunk, or before the first where that is -1.
    private sealed class Failing(int failing) : ParallelWork<object>
    {
        private int? _failing = failing;
        private int _done;

        public void Mend() => _failing = null;

        public int RunAll(int chunks, int threads)
        {
            _done = 0;
            Run(chunks, threads);
            return _done;
        }

        protected override object Begin() => _failing == -1 ? throw new InsufficientMemoryException() : this;

        protected override void Do(object scratch, int chunk)
        {
            if (chunk == _failing)
                throw new InsufficientMemoryException();
            Interlocked.Increment(ref _done);
        }

        protected override void End(object scratch)
        {
        }
    }
}
