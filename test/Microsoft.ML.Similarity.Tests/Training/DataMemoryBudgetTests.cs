using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Tests.Trainers.Pairs;
using Microsoft.ML.Similarity.Training;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Training;

public sealed class DataMemoryBudgetTests
{
    private static readonly MLContext Ml = new();
    private static readonly IDataView Data = TrainingData.View(Ml, TrainingData.Blobs(classes: 4, rowsPerClass: 20));

    private static long Live => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    [Test]
    public void Training_from_a_file_gives_the_same_weights([Values] bool sparse, [Values(null, 5)] int? chunkSize)
    {
        var data = sparse ? Ml.Data.LoadFromEnumerable(Neighbors.Examples.Clusters(c => c, sparse: true)) : Data;
        Assert.That(Weights(0), Is.EqualTo(Weights(null)));

        int[] Weights(long? budget) => Fast.WeightBits(Fast.Fit(Ml, data, o =>
        {
            o.Encoder = new MlpEncoder { HiddenWidths = [8], Dropout = 0.1 };
            o.GradientCacheChunkSize = chunkSize;
            o.DataMemoryBudget = budget;
        }));
    }

    [Test]
    public void Batches_whose_gradients_accumulate_come_in_their_order()
    {
        Assert.That(Weights(0), Is.EqualTo(Weights(null)));

        static int[] Weights(long? budget) => Fast.WeightBits(Fast.Fit(Ml, Data, o => (o.GradientAccumulationSteps, o.DataMemoryBudget) = (3, budget)));
    }

    [Test]
    public void Pairs_from_a_file_give_the_same_weights([Values] bool items)
    {
        var rows = TrainingData.Blobs();
        var table = items ? ExamplePairs.View(Ml, ExamplePairs.Items(rows)) : null;
        Assert.That(Weights(0), Is.EqualTo(Weights(null)));

        float[] Weights(long? budget) =>
        [
            .. PairTrainers.Create(Ml, "Triplets", table, o => o.DataMemoryBudget = budget).Fit(ExamplePairs.View(Ml, ExamplePairs.Of(rows, 60)))
                .Model.Weights.Entries.SelectMany(entry => entry.Value.Values),
        ];
    }

    [Test]
    public void Native_memory_is_flat_over_the_epochs_of_a_training_from_a_file()
    {
        var live = new List<long>();
        var before = Live;
        Fast.Fit(Ml, Data, o =>
        {
            o.DataMemoryBudget = 0;
            o.MaximumNumberOfEpochs = 30;
            o.EarlyStoppingPatience = 30;
            o.Progress = new Receiver<TrainingProgress>(_ => live.Add(Live));
        });
        Assert.That(live, Has.Count.GreaterThanOrEqualTo(30).And.All.EqualTo(live[0]));
        Assert.That(Live, Is.EqualTo(before));
    }

    [Test]
    public void A_receiver_that_throws_ends_a_training_from_a_file()
    {
        var mine = new InvalidDataException("mine");
        Assert.That(
            () => Fast.Fit(Ml, Data, o =>
            {
                o.DataMemoryBudget = 0;
                o.Progress = new Receiver<TrainingProgress>(_ => throw mine);
            }),
            Throws.Exception.SameAs(mine));
    }

    [Test]
    public void A_file_is_made_where_the_context_says()
    {
        var ml = new MLContext { TempFilePath = Path.Combine(Path.GetTempPath(), "similarity-none") };
        Assert.That(
            () => Fast.Fit(ml, Data, o => o.DataMemoryBudget = 0),
            Throws.TypeOf<IOException>().With.Message.Contains($"MLContext.TempFilePath '{ml.TempFilePath}'"));
        Assert.That(() => Fast.Fit(ml, Data), Throws.Nothing);
    }

    [Test]
    public void It_must_not_be_negative() => Assert.That(
        () => Fast.Fit(Ml, Data, o => o.DataMemoryBudget = -1),
        Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("DataMemoryBudget must be at least 0."));
}
