using TorchSharp;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tensors;

/// <summary>
/// Random numbers on any device from a generator of the CPU: TorchSharp makes no others, whatever device they are asked for, and torch's own
/// are global, so that other code moves them.
/// </summary>
internal static class Draws
{
    // Fewer are drawn on the host and copied in less time than it takes to launch the mixing.
    private const long FewNumbers = 1 << 12;
    private const long Mask = 0xFFFFFFFF;

    /// <summary>Uniform numbers, at least 0 and below 1, float32.</summary>
    /// <param name="device">Where they are wanted.</param>
    /// <param name="generator">Of the CPU; drawn from once or more.</param>
    /// <param name="shape">How many.</param>
    public static Tensor Uniform(Device device, Generator generator, params long[] shape)
    {
        var count = shape.Aggregate(1L, (product, size) => product * size);
        if (device.type == DeviceType.CPU || count <= FewNumbers)
            return DrawTape.Draw(device, () => empty(shape).uniform_(0, 1, generator));
        // One number from the generator, and the mixed places of all: the same generator gives the same numbers.
        var key = DrawTape.Draw(device, () => empty(1, dtype: ScalarType.Int64).random_(0, 1L << 31, generator));
        var bits = Mix(Mix(Counts(count, device)).bitwise_xor(key));
        // 24 bits are what a float32 holds exactly, so that none is rounded up to 1.
        return (bits.bitwise_right_shift(Constant(8, device)).to(ScalarType.Float32) * Number(1.0 / (1 << 24))).view(shape);
    }

    /// <summary>Numbers below 2^32 in 64 bits, mixed: neighbours become unrelated. All is integer arithmetic, so that no order of additions, and no number of threads, makes a difference.</summary>
    // Wang's and Mueller's 32-bit mixing: no product reaches 2^63.
    public static Tensor Mix(Tensor values)
    {
        var (mask, factor, half) = (Constant(Mask, values.device), Constant(0x45D9F3B, values.device), Constant(16, values.device));
        for (var i = 0; i < 2; i++)
            values = (values.bitwise_xor(values.bitwise_right_shift(half)) * factor).bitwise_and(mask);
        return values.bitwise_xor(values.bitwise_right_shift(half));
    }

    /// <summary>1, 2, … as int64.</summary>
    public static Tensor Counts(long count, Device device) => arange(One, Number(count + 1), One, ScalarType.Int64, device);

    /// <summary>A number as an int64 tensor.</summary>
    // Filled in where it lies: a copy from the host would wait for the device.
    public static Tensor Constant(long value, Device device)
    {
        using var number = value.ToScalar();
        return full(Array.Empty<long>(), number, ScalarType.Int64, device);
    }
}
