using System.Reflection;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Tests.Training;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

/// <summary>Progress and cancellation of Fit.</summary>
public sealed class BuildRunTests
{
    [Test]
    public void Stages_are_told_to_the_receiver_and_to_the_log()
    {
        var ml = new MLContext(seed: 1);
        var logged = new List<string>();
        ml.Log += (_, line) => logged.Add(line.Message);
        var told = new List<NeighborIndexProgress>();
        Fit(ml, Rows(2000), o =>
        {
            o.SearchMode = SearchMode.Approximate(0.9);
            o.Progress = new Receiver<NeighborIndexProgress>(told.Add);
        });
        Assert.That(told.Where(p => p.IsFinished).Select(p => p.Stage), Is.EqualTo(Enum.GetValues<NeighborIndexStage>()));
        Assert.That(told.Where(p => p.Stage == NeighborIndexStage.Graph).Select(p => p.Share), Is.Ordered.And.Some.InRange(0.01, 0.99));
        foreach (var stage in Enum.GetNames<NeighborIndexStage>())
            Assert.That(logged, Has.Some.Contains($"{stage}: done after "));
    }

    [Test]
    public void A_token_ends_the_making_of_the_index([Values] NeighborIndexStage stage)
    {
        using var source = new CancellationTokenSource();
        Assert.That(() => Fit(new(), Rows(2000), o =>
        {
            o.SearchMode = SearchMode.Approximate(0.9);
            o.CancellationToken = source.Token;
            o.Progress = new Receiver<NeighborIndexProgress>(p =>
            {
                if (p.Stage == stage)
                    source.Cancel();
            });
        }), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void A_token_ends_the_reading()
    {
        using var source = new CancellationTokenSource();
        var read = 0;
        IEnumerable<Example<string>> Rows()
        {
            for (; ; read++)
            {
                if (read == 100)
                    source.Cancel();
                yield return Examples.At("a", read, 0, 0);
            }
        }

        Assert.That(() => Fit(new(), Rows(), o => o.CancellationToken = source.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(read, Is.InRange(100, 102));
    }

    [Test]
    public void The_context_ends_the_reading()
    {
        var ml = new MLContext();
        IEnumerable<Example<string>> Rows()
        {
            for (var i = 0; ; i++)
            {
                if (i == 100)
                    typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(ml, null);
                yield return Examples.At("a", i, 0, 0);
            }
        }

        Assert.That(() => Fit(ml, Rows(), o => { }), Throws.InstanceOf<OperationCanceledException>());
    }

    private static Example<string>[] Rows(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Examples.At($"{i % 3}", i, (i * 37) % 101, (i * 53) % 71))];

    private static void Fit(MLContext ml, IEnumerable<Example<string>> rows, Action<KNearestNeighborsMulticlassTrainer.Options> change)
    {
        var options = new KNearestNeighborsMulticlassTrainer.Options();
        change(options);
        ml.MulticlassClassification.Trainers.KNearestNeighbors(options).Fit(ml.Data.LoadFromEnumerable(rows));
    }
}
