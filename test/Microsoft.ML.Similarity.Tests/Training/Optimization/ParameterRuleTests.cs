using System.Text.Json;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Training.Optimization;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Training.Optimization;

public sealed class ParameterRuleTests
{
    private static readonly MLContext Ml = new();
    private static readonly IDataView Data = TrainingData.View(Ml, TrainingData.Blobs(classes: 4, rowsPerClass: 20));
    private const string Weights = "linear0.weight, linear0.bias, linear1.weight, linear1.bias, shortcut.weight, shortcut.bias";

    [Test]
    public void A_factor_of_0_freezes_and_others_move()
    {
        var start = Named(Train(1, [new() { Prefix = "linear0.", FrozenEpochs = 1 }, new() { Prefix = "linear1.", FrozenEpochs = 1 }]));
        var end = Named(Train(3, [new() { Prefix = "linear0.", LearningRateFactor = 0 }]));
        Assert.That(end["linear0.weight"], Is.EqualTo(start["linear0.weight"]));
        Assert.That(end["linear0.bias"], Is.EqualTo(start["linear0.bias"]));
        Assert.That(end["linear1.weight"], Is.Not.EqualTo(start["linear1.weight"]));
    }

    [Test]
    public void Frozen_epochs_end()
    {
        var frozen = Named(Train(2, [new() { Prefix = "linear0.", LearningRateFactor = 0 }]));
        var late = Named(Train(2, [new() { Prefix = "linear0.", FrozenEpochs = 2 }]));
        var free = Named(Train(3, [new() { Prefix = "linear0.", FrozenEpochs = 2 }]));
        Assert.That(late["linear0.weight"], Is.EqualTo(frozen["linear0.weight"]));
        Assert.That(free["linear0.weight"], Is.Not.EqualTo(frozen["linear0.weight"]));
    }

    [Test]
    public void The_longest_prefix_counts()
    {
        var plain = Named(Train(2, [new() { Prefix = "linear0.bias", LearningRateFactor = 0 }]));
        var ruled = Named(Train(2, [new() { Prefix = "linear0.bias", LearningRateFactor = 0 }, new() { Prefix = "", LearningRateFactor = 1 }]));
        Assert.That(ruled, Is.EqualTo(plain));
    }

    // Without momentum a step is in proportion to its rate.
    [Test]
    public void A_factor_scales_the_step()
    {
        var still = Named(Train(1, [new() { Prefix = "shortcut.", LearningRateFactor = 0 }], atOnce: true));
        var one = Named(Train(1, [], atOnce: true));
        var half = Named(Train(1, [new() { Prefix = "shortcut.", LearningRateFactor = 0.5 }], atOnce: true));
        var expected = one["shortcut.weight"].Select((value, i) => (value + still["shortcut.weight"][i]) / 2);
        Assert.That(half["shortcut.weight"], Is.EqualTo(expected).Within(1e-6));
        Assert.That(half["shortcut.weight"], Is.Not.EqualTo(one["shortcut.weight"]).Within(1e-5));
    }

    [Test]
    public void The_loss_learns_alone_while_the_encoder_is_frozen([Values] bool inChunks)
    {
        ParameterRule[] rules = [.. new[] { "linear0.", "linear1.", "shortcut." }.Select(prefix => new ParameterRule { Prefix = prefix, LearningRateFactor = 0 })];
        Assert.That(Train(2), Is.EqualTo(Train(1)));

        int[] Train(int epochs) => Fast.WeightBits(Fast.Fit(Ml, Data, o =>
        {
            o.Loss = new ProxyAnchorLoss();
            o.ParameterRules = rules;
            o.MaximumNumberOfEpochs = epochs;
            o.ValidationFraction = 0;
            o.GradientCacheChunkSize = inChunks ? 4 : null;
        }));
    }

    [Test]
    public void Rules_that_do_not_fit_are_refused()
    {
        Refused($"ParameterRules has the prefix 'layer1.', with which no weight's name begins. The weights are: {Weights}. (Parameter 'ParameterRules')",
            new ParameterRule { Prefix = "layer1." });
        Refused("ParameterRules has the prefix 'linear0.' more than once. (Parameter 'ParameterRules')",
            new ParameterRule { Prefix = "linear0." }, new ParameterRule { Prefix = "linear0.", FrozenEpochs = 1 });
        Refused("ParameterRules freezes every weight in the first epoch: nothing is left to train. (Parameter 'ParameterRules')",
            new ParameterRule { Prefix = "", FrozenEpochs = 1 });

        static void Refused(string message, params ParameterRule[] rules)
        {
            Train(1, []);
            var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            Assert.That(() => Train(1, rules), Throws.ArgumentException.With.Message.EqualTo(message));
            Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(live));
        }
    }

    [Test]
    public void Values_out_of_range_are_refused_and_others_survive_json()
    {
        Assert.That(() => new ParameterRule { Prefix = "", LearningRateFactor = -1 }, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo($"LearningRateFactor must be at least 0 and at most 1000000. (Parameter 'LearningRateFactor'){Environment.NewLine}Actual value was -1."));
        Assert.That(() => new ParameterRule { Prefix = "", FrozenEpochs = -1 }, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.EqualTo($"FrozenEpochs must be at least 0. (Parameter 'FrozenEpochs'){Environment.NewLine}Actual value was -1."));
        Assert.That(() => new ParameterRule { Prefix = null! }, Throws.ArgumentNullException.With.Property("ParamName").EqualTo("Prefix"));
        var rule = new ParameterRule { Prefix = "loss.", LearningRateFactor = 0.5, FrozenEpochs = 3 };
        Assert.That(JsonSerializer.Deserialize<ParameterRule>(JsonSerializer.Serialize(rule)), Is.EqualTo(rule));
    }

    private static EmbeddingTransformer Train(int epochs, ParameterRule[] rules, bool atOnce = false) => Fast.Fit(Ml, Data, o =>
    {
        o.Encoder = new MlpEncoder { OutputDimension = 4, HiddenWidths = [8] };
        o.ParameterRules = rules;
        o.MaximumNumberOfEpochs = epochs;
        o.Optimizer = new SgdOptimizer { Momentum = 0, WeightDecay = 0 };
        o.LearningRate = 0.1;
        o.LearningRateSchedule = new ConstantSchedule();
        o.WarmUpFraction = 0;
        o.ValidationFraction = 0;
        o.BatchSize = atOnce ? 1000 : 16;
    });

    private static Dictionary<string, float[]> Named(EmbeddingTransformer transformer) =>
        transformer.Model.Weights.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Values);
}
