using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Trainers;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Training;

public sealed class DeterminismTests
{
    private static readonly MLContext Ml = new();
    private static readonly IDataView Data = TrainingData.View(Ml, TrainingData.Blobs(classes: 5, rowsPerClass: 20));

    [Test]
    public void The_same_seed_gives_the_same_weights_to_the_bit()
    {
        var first = Fast.Fit(Ml, Data, All);
        Assert.That(Fast.WeightBits(Fast.Fit(Ml, Data, All)), Is.EqualTo(Fast.WeightBits(first)));
        Assert.That(first.Summary.Seed, Is.EqualTo(1));
    }

    [Test]
    public void Another_seed_gives_other_weights()
    {
        var other = Fast.Fit(Ml, Data, o =>
        {
            All(o);
            o.Seed = 2;
        });
        Assert.That(Fast.WeightBits(other), Is.Not.EqualTo(Fast.WeightBits(Fast.Fit(Ml, Data, All))));
    }

    [Test]
    public void The_seed_of_the_context_serves_where_the_options_have_none()
    {
        var model = Fast.Fit(new MLContext(seed: 7), Data, o => o.Seed = null);
        Assert.That(model.Summary.Seed, Is.EqualTo(7));
        Assert.That(Fast.WeightBits(model), Is.EqualTo(Fast.WeightBits(Fast.Fit(Ml, Data, o => o.Seed = 7))));
    }

    [Test]
    public void Without_any_seed_the_summary_tells_the_one_that_was_drawn()
    {
        var model = Fast.Fit(Ml, Data, o => o.Seed = null);
        var other = Fast.Fit(Ml, Data, o => o.Seed = null);
        Assert.That(other.Summary.Seed, Is.Not.EqualTo(model.Summary.Seed));
        Assert.That(Fast.WeightBits(Fast.Fit(Ml, Data, o => o.Seed = model.Summary.Seed)), Is.EqualTo(Fast.WeightBits(model)));
    }

    [Test]
    public void The_global_generator_of_torch_is_neither_used_nor_moved()
    {
        torch.manual_seed(11);
        var first = Fast.WeightBits(Fast.Fit(Ml, Data, All));
        using var afterFit = torch.rand(3);
        torch.manual_seed(11);
        using var fresh = torch.rand(3);
        Assert.That(afterFit.data<float>().ToArray(), Is.EqualTo(fresh.data<float>().ToArray()));
        torch.manual_seed(12);
        Assert.That(Fast.WeightBits(Fast.Fit(Ml, Data, All)), Is.EqualTo(first));
    }

    [Test]
    public void Trainings_at_the_same_time_do_not_disturb_each_other()
    {
        var trainer = Ml.Similarity.Trainers.MetricLearning(Fast.Options(All));
        var expected = Fast.WeightBits(trainer.Fit(Data));
        var models = new int[2][];
        Parallel.For(0, 2, i => models[i] = Fast.WeightBits(trainer.Fit(Data)));
        Assert.That(models, Is.All.EqualTo(expected));
    }

    // Everything that draws numbers.
    private static void All(MetricLearningTrainer.Options options)
    {
        options.Encoder = new MlpEncoder { OutputDimension = 4, HiddenWidths = [8, 8], Dropout = 0.3, BatchNorm = true };
        options.Miner = new TripletMarginMiner();
    }
}
