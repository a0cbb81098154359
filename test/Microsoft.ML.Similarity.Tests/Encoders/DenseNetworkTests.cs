using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Encoders;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Encoders;

/// <summary>The managed network against the module it is made from.</summary>
public sealed class DenseNetworkTests
{
    private const int Inputs = 11;

    // Widths that fill no whole vector, some, and one and a bit.
    private static readonly int[][] Widths = [[], [3], [17, 9], [64]];

    [Test]
    public void An_Mlp_gives_what_its_module_gives(
        [Values] Activation activation, [ValueSource(nameof(Widths))] int[] widths, [Values] bool batchNorm, [Values] bool shortcut, [Values] bool ofDirections) =>
        AssertEqual(new MlpEncoder
        {
            OutputDimension = 5,
            HiddenWidths = widths,
            Activation = activation,
            BatchNorm = batchNorm,
            LinearShortcut = shortcut,
            Dropout = 0.3,
            L2Normalize = ofDirections,
            StandardizeInputs = !ofDirections,
        });

    [Test]
    public void A_linear_encoder_gives_what_its_module_gives([Values(1, 5, 8, 40)] int outputs, [Values] bool normalize, [Values] bool standardize) =>
        AssertEqual(new LinearEncoder { OutputDimension = outputs, L2Normalize = normalize, StandardizeInputs = standardize });

    [Test]
    public void Standardised_Mlps_give_directions_too([Values] bool shortcut) =>
        AssertEqual(new MlpEncoder { OutputDimension = 19, HiddenWidths = [21], BatchNorm = true, LinearShortcut = shortcut });

    // A constant is only shifted, and a year's mean is hundreds of its deviations: both leave the other features their digits.
    [Test]
    public void Features_with_large_means_leave_the_others_their_digits([Values] bool shortcut)
    {
        using var scope = NewDisposeScope();
        var encoder = new MlpEncoder { OutputDimension = 5, HiddenWidths = [17], LinearShortcut = shortcut };
        using var module = RandomWeights.Module(encoder, Inputs);
        var (mean, deviation) = (new float[Inputs], new float[Inputs]);
        Array.Fill(deviation, 1);
        (mean[2], mean[4], mean[6]) = (3e6f, -1e5f, 2010.25f);
        module.SetInputStatistics(mean, deviation);
        var rows = RandomWeights.Rows(3, 9, Inputs);
        for (var i = 0; i < rows.Length; i += Inputs)
            (rows[i + 2], rows[i + 4], rows[i + 6]) = (3e6f, -1e5f, 2000 + i / Inputs);
        AssertEqual(module, encoder, rows);
    }

    [Test]
    public void A_row_is_embedded_the_same_alone_in_a_batch_and_sparse(
        [Values(0, 1, 2)] int hidden, [Values] bool shortcut, [Values(0, 100)] float mean, [Values(1, 3, 4, 5, 9, 700)] int count)
    {
        var encoder = new MlpEncoder { OutputDimension = 13, HiddenWidths = [.. Enumerable.Repeat(150, hidden)], LinearShortcut = shortcut };
        using var module = RandomWeights.Module(encoder, 64);
        var means = new float[64];
        means[5] = mean;
        module.SetInputStatistics(means, [.. Enumerable.Repeat(1.5f, 64)]);
        var network = encoder.CreateDenseNetwork(module.GetWeights(), 64);
        var rows = RandomWeights.Rows(4, count, 64);
        for (var i = 0; i < rows.Length; i += 3)
            rows[i] = 0;
        var batch = new float[count * 13];
        network.Evaluate(rows, batch, 0, count);

        var (dense, sparse) = (new float[13], new float[13]);
        for (var row = 0; row < count; row++)
        {
            var values = rows.AsSpan(row * 64, 64).ToArray();
            network.Evaluate(new VBuffer<float>(64, values), dense);
            int[] slots = [.. values.Index().Where(x => x.Item != 0).Select(x => x.Index)];
            network.Evaluate(new VBuffer<float>(64, slots.Length, [.. slots.Select(slot => values[slot])], slots), sparse);
            Assert.That(dense, Is.EqualTo(batch[(row * 13)..((row + 1) * 13)]));
            Assert.That(sparse, Is.EqualTo(dense));
        }
    }

    [Test]
    public void A_part_of_the_rows_can_be_embedded()
    {
        var encoder = new LinearEncoder { OutputDimension = 3 };
        using var module = RandomWeights.Module(encoder, Inputs);
        var network = encoder.CreateDenseNetwork(module.GetWeights(), Inputs);
        var rows = RandomWeights.Rows(1, 10, Inputs);
        var (all, part) = (new float[30], new float[30]);
        network.Evaluate(rows, all, 0, 10);
        network.Evaluate(rows, part, 3, 8);
        Assert.That(part[9..24], Is.EqualTo(all[9..24]));
        Assert.That(part[..9].Concat(part[24..]), Is.All.Zero);
        Assert.That((network.InputDimension, network.OutputDimension), Is.EqualTo((Inputs, 3)));
    }

    [Test]
    public void A_row_that_is_not_finite_gives_NaN_and_only_that_row(
        [Values(float.NaN, float.PositiveInfinity, float.NegativeInfinity)] float bad, [Values] Activation activation, [Values(0, 100)] float mean)
    {
        var encoder = new MlpEncoder { OutputDimension = 5, HiddenWidths = [6], Activation = activation };
        using var module = RandomWeights.Module(encoder, Inputs);
        module.SetInputStatistics([.. Enumerable.Repeat(mean, Inputs)], [.. Enumerable.Repeat(1f, Inputs)]);
        var network = encoder.CreateDenseNetwork(module.GetWeights(), Inputs);
        var rows = RandomWeights.Rows(1, 6, Inputs);
        rows[2 * Inputs + 10] = bad;
        var embeddings = new float[30];
        network.Evaluate(rows, embeddings, 0, 6);
        Assert.That(embeddings[10..15], Is.All.NaN);
        Assert.That(embeddings[..10].Concat(embeddings[15..]).All(float.IsFinite));

        var single = new float[5];
        network.Evaluate(new VBuffer<float>(Inputs, rows[(2 * Inputs)..(3 * Inputs)]), single);
        Assert.That(single, Is.All.NaN);
        network.Evaluate(new VBuffer<float>(Inputs, 1, [bad], [10]), single);
        Assert.That(single, Is.All.NaN);
    }

    [Test]
    public void An_embedding_of_zeros_stays_as_it_is()
    {
        var encoder = new LinearEncoder { OutputDimension = 3, StandardizeInputs = false };
        using var generator = new Generator(1, CPU);
        using var module = encoder.CreateModule(2, generator);
        module.SetWeights(new EncoderWeights(module.GetWeights().Entries.Select(entry => KeyValuePair.Create(
            entry.Key, new EncoderWeights.Entry(entry.Value.Shape, new float[entry.Value.Values.Length])))));
        var embedding = new float[3];
        encoder.CreateDenseNetwork(module.GetWeights(), 2).Evaluate(new VBuffer<float>(2, [1, 2]), embedding);
        Assert.That(embedding, Is.All.Zero);
        using var scope = NewDisposeScope();
        Assert.That(module.call(ones(1, 2)).data<float>().ToArray(), Is.All.Zero);
    }

    private static void AssertEqual(Encoder encoder)
    {
        using var module = RandomWeights.Module(encoder, Inputs);
        AssertEqual(module, encoder, RandomWeights.Rows(2, 9, Inputs));
    }

    private static void AssertEqual(EncoderModule module, Encoder encoder, float[] rows)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var count = rows.Length / Inputs;
        var actual = new float[count * encoder.OutputDimension];
        encoder.CreateDenseNetwork(module.GetWeights(), Inputs)!.Evaluate(rows, actual, 0, count);
        var expected = module.call(tensor(rows, [count, Inputs])).data<float>().ToArray();
        Assert.That(actual, Is.EqualTo(expected).Within(1e-5f * Math.Max(1, expected.Max(Math.Abs))));
    }
}
