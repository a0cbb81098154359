using System.Text.Json;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Tests.Encoders;
using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Microsoft.ML.Similarity.Tests.Training.Optimization;

public sealed class WeightAveragingTests
{
    private const int Dimension = 3;
    private static readonly MLContext Ml = new();
    private static readonly IDataView Data = TrainingData.View(Ml, TrainingData.Blobs(classes: 4, rowsPerClass: 20));

    [TestCase(0.5)]
    [TestCase(0.15)]
    [TestCase(0)]
    public void The_exponential_mean_is_that_of_a_plain_loop(double decay)
    {
        using var scope = NewDisposeScope();
        using var parameters = Flat(out var weight);
        using var average = new AveragedWeights(new ExponentialMovingAverage { Decay = decay }, parameters);
        Assert.That(average.Any, Is.False);
        var expected = 0.0;
        for (var step = 0; step < 6; step++)
        {
            Set(weight, step * step);
            average.Update((step + 1) / 6.0, endsEpoch: false);
            var kept = step == 0 ? 0 : Math.Min(decay, (1.0 + step) / (10 + step));
            expected = kept * expected + (1 - kept) * step * step;
        }
        average.Swap();
        Assert.That(weight.data<double>().ToArray(), Is.All.EqualTo(expected).Within(1e-12));
    }

    [Test]
    public void The_stochastic_mean_is_that_of_the_ends_of_the_last_epochs()
    {
        using var scope = NewDisposeScope();
        using var parameters = Flat(out var weight);
        using var average = new AveragedWeights(new StochasticWeightAveraging { Start = 0.5 }, parameters);
        for (var step = 1; step <= 12; step++)
        {
            Set(weight, step * step);
            average.Update(step / 12.0, endsEpoch: step % 2 == 0);
            Assert.That(average.Any, Is.EqualTo(step >= 8));
        }
        average.Swap();
        Assert.That(weight.data<double>().ToArray(), Is.All.EqualTo((64 + 100 + 144) / 3.0).Within(1e-12));
    }

    [Test]
    public void A_copied_state_continues_to_the_bit()
    {
        using var scope = NewDisposeScope();
        using var parameters = Flat(out var weight);
        var averaging = new ExponentialMovingAverage { Decay = 0.7 };
        using var average = new AveragedWeights(averaging, parameters);
        for (var step = 0; step < 3; step++)
            Advance(average, step);
        using var other = new AveragedWeights(averaging, parameters);
        foreach (var ((_, from), (_, to)) in average.State.Zip(other.State))
            to.copy_(from);
        for (var step = 3; step < 40; step++)
        {
            Advance(average, step);
            other.Update(0.5, endsEpoch: false);
        }
        Assert.That(other.State.Select(entry => entry.Key), Is.EqualTo(new[] { "means.0", "taken" }));
        foreach (var ((_, one), (_, two)) in average.State.Zip(other.State))
            Assert.That(one.eq(two).all().item<bool>());

        void Advance(AveragedWeights average, int step)
        {
            Set(weight, Math.Sin(step));
            average.Update(0.5, endsEpoch: false);
        }
    }

    [Test]
    public void The_statistics_of_batch_normalisation_are_those_of_the_mean_and_come_back()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var encoder = new MlpEncoder { HiddenWidths = [4], OutputDimension = 2, BatchNorm = true, Dropout = 0.5 }.CreateModule(Dimension, generator);
        encoder.Randomness = new Generator(5);
        encoder.train();
        using var parameters = new FlatParameters(encoder.named_parameters().Select(entry => new NamedParameter(entry.name, entry.parameter)), false, false);
        using var average = new AveragedWeights(new ExponentialMovingAverage(), parameters);
        average.Update(0.5, endsEpoch: false);
        encoder.call(randn([6, Dimension], generator: generator));
        foreach (var group in parameters.Groups)
            group.Values.mul_(2f.ToScalar());
        var before = encoder.GetWeights();
        var random = encoder.Randomness.get_state();

        var batches = Enumerable.Range(0, 3).Select(_ => randn([5, Dimension], generator: generator)).ToArray();
        using (new AverageInUse(average, encoder, batches.Select(batch => batch.alias())))
        {
            var weights = encoder.GetWeights();
            var hidden = batches.Select(batch => nn.functional.linear(batch, Of("linear0.weight"), Of("linear0.bias"))).ToArray();
            AssertClose(Of("norm0.running_mean"), stack(hidden.Select(h => h.mean([0]))).mean([0]));
            AssertClose(Of("norm0.running_var"), stack(hidden.Select(h => h.var(0))).mean([0]));

            Tensor Of(string name) => encoder.state_dict()[name];
        }
        Assert.That(encoder.GetWeights().Entries.Select(entry => entry.Value.Values), Is.EqualTo(before.Entries.Select(entry => entry.Value.Values)));
        Assert.That(encoder.Randomness.get_state().eq(random).all().item<bool>());
        Assert.That(encoder.modules().OfType<TorchSharp.Modules.NormBase>().Single().momentum, Is.EqualTo(0.1));
        encoder.Randomness.Dispose();

        static void AssertClose(Tensor actual, Tensor expected) => Assert.That(actual.allclose(expected, 1e-5, 1e-6), $"{actual.str()} is not {expected.str()}");
    }

    [Test]
    public void A_mean_of_the_last_weights_only_is_these()
    {
        var plain = Bits(null, 3);
        Assert.That(Bits(new ExponentialMovingAverage { Decay = 0 }, 3), Is.EqualTo(plain));
        Assert.That(Bits(new StochasticWeightAveraging { Start = 0.9 }, 3), Is.EqualTo(plain));
        Assert.That(Bits(new ExponentialMovingAverage(), 3), Is.Not.EqualTo(plain));
    }

    [Test]
    public void The_model_has_the_mean_of_the_epochs()
    {
        var epochs = Enumerable.Range(1, 3).Select(count => Values(null, count)).ToArray();
        var mean = epochs[0].Select((_, i) => epochs.Average(values => (double)values[i])).ToArray();
        Assert.That(Values(new StochasticWeightAveraging { Start = 0 }, 3), Is.EqualTo(mean).Within(1e-6));
        Assert.That(epochs[2], Is.Not.EqualTo(mean).Within(1e-4));

        static float[] Values(WeightAveraging? averaging, int epochs) => [.. Bits(averaging, epochs).Select(BitConverter.Int32BitsToSingle)];
    }

    [Test]
    public void What_is_validated_is_what_is_kept_and_nothing_leaks([Values] bool stochastic)
    {
        var validation = TrainingData.View(Ml, TrainingData.Blobs(classes: 3, rowsPerClass: 10, spread: 1.5f, seed: 5));
        var live = new List<long>();
        var model = Ml.Similarity.Trainers.MetricLearning(Fast.Options(o =>
        {
            o.Encoder = new MlpEncoder { HiddenWidths = [8], OutputDimension = 4, BatchNorm = true, Dropout = 0.1 };
            o.WeightAveraging = stochastic ? new StochasticWeightAveraging { Start = 0 } : new ExponentialMovingAverage();
            (o.MaximumNumberOfEpochs, o.EarlyStoppingPatience) = (6, 6);
            o.Progress = new Receiver<TrainingProgress>(_ => live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount));
        })).Fit(Data, validation);
        var measured = Ml.Similarity.EvaluateRetrieval(model.Transform(validation), "Label", "Embedding").MeanAveragePrecisionAtR;
        Assert.That(measured, Is.EqualTo(model.Summary.Epochs[model.Summary.BestEpoch - 1].ValidationMetric).Within(1e-6));
        Assert.That(live, Has.Count.GreaterThanOrEqualTo(6).And.All.EqualTo(live[0]));
    }

    [Test]
    public void Every_averaging_survives_json_and_has_its_range()
    {
        WeightAveraging[] all = [new ExponentialMovingAverage { Decay = 0.5 }, new StochasticWeightAveraging { Start = 0.25 }];
        var known = typeof(WeightAveraging).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(WeightAveraging)));
        Assert.That(all.Select(averaging => averaging.GetType()), Is.EquivalentTo(known));
        foreach (var averaging in all)
            Assert.That(JsonSerializer.Deserialize<WeightAveraging>(JsonSerializer.Serialize(averaging)), Is.EqualTo(averaging));
        AssertRefused("Decay", () => new ExponentialMovingAverage { Decay = 1 });
        AssertRefused("Start", () => new StochasticWeightAveraging { Start = 1 });

        static void AssertRefused(string name, Func<object> make) => Assert.That(make, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo($"{name} must be at least 0 and less than 1. (Parameter '{name}'){Environment.NewLine}Actual value was 1."));
    }

    private static int[] Bits(WeightAveraging? averaging, int epochs) => Fast.WeightBits(Fast.Fit(Ml, Data, o =>
    {
        o.WeightAveraging = averaging;
        o.MaximumNumberOfEpochs = epochs;
        o.LearningRateSchedule = new ConstantSchedule();
        o.LearningRate = 0.01;
        o.WarmUpFraction = 0;
        o.ValidationFraction = 0;
    }));

    private static FlatParameters Flat(out Parameter weight)
    {
        weight = new Parameter(zeros(2, 2, dtype: ScalarType.Float64));
        return new FlatParameters([new("weight", weight)], decayVectors: false, channelsLast: false);
    }

    private static void Set(Parameter weight, double value)
    {
        using var _ = no_grad();
        weight.fill_(value.ToScalar());
    }
}
