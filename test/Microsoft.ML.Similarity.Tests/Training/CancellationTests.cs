using System.Reflection;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Trainers;
using Microsoft.ML.Similarity.Training;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Training;

public sealed class CancellationTests
{
    private static readonly IDataView Data = TrainingData.View(new MLContext(), TrainingData.Blobs(classes: 4, rowsPerClass: 20));

    [Test]
    public void After_an_epoch_the_best_model_so_far_is_returned([Values] bool byContext)
    {
        var model = Cancel(byContext, whenEpochIsDone: 2, _ => { });
        Assert.That(model.Summary.StopReason, Is.EqualTo(StopReason.Cancelled));
        Assert.That(model.Summary.Epochs, Has.Count.EqualTo(2));
        Assert.That(model.Summary.BestEpoch, Is.EqualTo(2));
        Assert.That(Fast.Embeddings(model, Data)[0], Has.Length.EqualTo(4));
    }

    [Test]
    public void An_option_makes_it_always_throw([Values] bool byContext) => Assert.That(
        () => Cancel(byContext, whenEpochIsDone: 2, o => o.ThrowOnCancellation = true),
        Throws.InstanceOf<OperationCanceledException>().With.Message.EqualTo("Training was cancelled after 2 epochs."));

    [Test]
    public void In_the_first_epoch_there_is_nothing_to_return()
    {
        using var source = new CancellationTokenSource();
        // All rows are read, and then it is cancelled.
        var data = TrainingData.View(new MLContext(), TrainingData.Blobs(), dimension: 6, afterwards: source.Cancel);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Assert.That(
            () => Fast.Fit(new MLContext(), data, o => o.CancellationToken = source.Token),
            Throws.InstanceOf<OperationCanceledException>().With.Message.EqualTo("Training was cancelled before its first epoch was complete."));
        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(before));
    }

    [Test]
    public void Reading_is_cancelled_too() => Assert.That(
        () => Fast.Fit(new MLContext(), Data, o => o.CancellationToken = new CancellationToken(canceled: true)),
        Throws.InstanceOf<OperationCanceledException>().With.Message.EqualTo("Reading the training data was cancelled."));

    [Test]
    public void Endless_data_can_be_cancelled()
    {
        var ml = new MLContext();
        using var source = new CancellationTokenSource();
        var endless = ml.Data.LoadFromEnumerable(Endless());
        Assert.That(
            () => ml.Similarity.Trainers.MetricLearning(Fast.Options(o => o.CancellationToken = source.Token)).Fit(endless),
            Throws.InstanceOf<OperationCanceledException>().With.Message.EqualTo("Reading the training data was cancelled."));

        IEnumerable<Neighbors.Example<int>> Endless()
        {
            for (var i = 0; ; i++)
            {
                if (i == 5000)
                    source.Cancel();
                yield return Neighbors.Examples.At(i % 3, i, 0, 1);
            }
        }
    }

    private static EmbeddingTransformer Cancel(bool byContext, int whenEpochIsDone, Action<MetricLearningTrainer.Options> change)
    {
        var ml = new MLContext();
        using var source = new CancellationTokenSource();
        return Fast.Fit(ml, Data, o =>
        {
            o.MaximumNumberOfEpochs = 1000;
            o.ValidationFraction = 0;
            o.CancellationToken = source.Token;
            o.Progress = new Receiver<TrainingProgress>(p =>
            {
                if (p.Epoch < whenEpochIsDone)
                    return;
                if (byContext)
                    typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(ml, null);
                else
                    source.Cancel();
            });
            change(o);
        });
    }
}
