using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Training;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Training;

/// <summary>Tensors alive on this thread: what one does not dispose stays until the garbage collector happens to come by.</summary>
public sealed class NativeMemoryTests
{
    private static readonly MLContext Ml = new();
    private static readonly IDataView Data = TrainingData.View(Ml, TrainingData.Blobs(classes: 4, rowsPerClass: 20));

    private static long Live => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    [Test]
    public void It_is_flat_over_the_epochs_of_a_training()
    {
        var live = new List<long>();
        Fast.Fit(Ml, Data, o =>
        {
            o.Encoder = new MlpEncoder { HiddenWidths = [8], BatchNorm = true, Dropout = 0.1 };
            o.Miner = new TripletMarginMiner();
            o.MaximumNumberOfEpochs = 50;
            o.EarlyStoppingPatience = 50;
            o.Progress = new Receiver<TrainingProgress>(_ => live.Add(Live));
        });
        Assert.That(live, Has.Count.GreaterThanOrEqualTo(50).And.All.EqualTo(live[0]));
    }

    [Test]
    public void Trainings_leave_nothing_behind([Values] bool sparse)
    {
        var data = sparse ? Ml.Data.LoadFromEnumerable(Neighbors.Examples.Clusters(c => c, sparse: true)) : Data;
        var before = Live;
        for (var i = 0; i < 3; i++)
            Fast.Fit(Ml, data, o => o.ExampleWeightColumnName = sparse ? null : "Weight");
        Assert.That(Live, Is.EqualTo(before));
    }
}
