using Microsoft.ML.Similarity.Encoders;

namespace Microsoft.ML.Similarity.Tests.Encoders;

public sealed class EncoderDeclarationTests
{
    [Test]
    public void Values_out_of_range_are_refused()
    {
        AssertRefused(() => new LinearEncoder { OutputDimension = 0 }, "OutputDimension", "OutputDimension must be at least 1.", "0");
        AssertRefused(() => new MlpEncoder { OutputDimension = -3 }, "OutputDimension", "OutputDimension must be at least 1.", "-3");
        AssertRefused(() => new MlpEncoder { HiddenWidths = [5, 0] }, "HiddenWidths", "Each of HiddenWidths must be at least 1.", "0");
        AssertRefused(() => new MlpEncoder { Dropout = 1 }, "Dropout", "Dropout must be at least 0 and less than 1.", "1");
        AssertRefused(() => new MlpEncoder { Dropout = -0.5 }, "Dropout", "Dropout must be at least 0 and less than 1.", $"{-0.5}");
        AssertRefused(() => new MlpEncoder { Dropout = double.NaN }, "Dropout", "Dropout must be at least 0 and less than 1.", "NaN");
        AssertRefused(() => new MlpEncoder { Activation = (Activation)9 }, "Activation", "Activation must be None, Relu, LeakyRelu, Tanh or Silu.", "9");
        Assert.That(() => new MlpEncoder { HiddenWidths = null! }, Throws.ArgumentNullException.With.Property("ParamName").EqualTo("HiddenWidths"));

        static void AssertRefused(Func<object> make, string name, string message, string value) =>
            Assert.That(make, Throws.TypeOf<ArgumentOutOfRangeException>()
                .With.Message.EqualTo($"{message} (Parameter '{name}'){Environment.NewLine}Actual value was {value}."));
    }

    [Test]
    public void Encoders_are_equal_by_value()
    {
        var encoder = new MlpEncoder { HiddenWidths = [3, 4], Dropout = 0.1, BatchNorm = true };
        var same = new MlpEncoder { HiddenWidths = new List<int> { 3, 4 }, Dropout = 0.1, BatchNorm = true };
        Assert.That(same, Is.EqualTo(encoder));
        Assert.That(same.GetHashCode(), Is.EqualTo(encoder.GetHashCode()));
        Assert.That(new[]
        {
            encoder with { HiddenWidths = [3, 5] }, encoder with { HiddenWidths = [3] }, encoder with { Dropout = 0 },
            encoder with { BatchNorm = false }, encoder with { Activation = Activation.Tanh }, encoder with { LinearShortcut = false },
            encoder with { OutputDimension = 3 }, encoder with { L2Normalize = false }, encoder with { StandardizeInputs = false },
        }, Has.None.EqualTo(encoder));
        Assert.That(new LinearEncoder { OutputDimension = 8 }, Is.EqualTo(new LinearEncoder { OutputDimension = 8 }));
        Assert.That<Encoder>(new LinearEncoder(), Is.Not.EqualTo(new MlpEncoder()));
    }

    [Test]
    public void Widths_are_copied()
    {
        var widths = new[] { 3, 4 };
        var encoder = new MlpEncoder { HiddenWidths = widths };
        widths[0] = -1;
        Assert.That(encoder.HiddenWidths, Is.EqualTo(new[] { 3, 4 }));
    }
}
