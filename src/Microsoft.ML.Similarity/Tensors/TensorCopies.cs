using Microsoft.ML.Similarity.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tensors;

/// <summary>Tensors copied out to managed memory, and back, bit by bit.</summary>
internal static class TensorCopies
{
    /// <summary>A copy. Half precision is widened to float32, Booleans and small integers become bytes, all exactly.</summary>
    public static SafetensorsTensor Of(string name, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var value = tensor.detach();
        return value.dtype switch
        {
            ScalarType.Float64 => new(name, SafetensorsType.F64, value.shape, Values<double>(value)),
            ScalarType.Int64 => new(name, SafetensorsType.I64, value.shape, Values<long>(value)),
            ScalarType.Int32 => new(name, SafetensorsType.I32, value.shape, Values<int>(value)),
            ScalarType.Byte or ScalarType.Bool => new(name, SafetensorsType.U8, value.shape, Values<byte>(value.to(ScalarType.Byte))),
            _ => new(name, SafetensorsType.F32, value.shape, Values<float>(value.to(ScalarType.Float32))),
        };
    }

    /// <summary>Overwrites a tensor in place, whatever its type and device.</summary>
    /// <exception cref="FormatException">The copy is of another shape.</exception>
    public static void CopyTo(this SafetensorsTensor copy, Tensor target)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (!target.shape.SequenceEqual(copy.Shape))
            throw new FormatException($"'{copy.Name}' has the shape [{string.Join(", ", copy.Shape)}], where [{string.Join(", ", target.shape)}] was expected.");
        if (copy.Values.Length > 0)
            target.copy_(ToTensor(copy));
    }

    /// <summary>A new tensor on the CPU; of bytes where it was Boolean.</summary>
    public static Tensor ToTensor(this SafetensorsTensor copy) => copy.Values switch
    {
        double[] values => tensor(values, copy.Shape),
        long[] values => tensor(values, copy.Shape),
        int[] values => tensor(values, copy.Shape),
        byte[] values => tensor(values, copy.Shape),
        var values => tensor((float[])values, copy.Shape),
    };

    public static SafetensorsPart ToPart(this SafetensorsTensor copy) => copy.Values switch
    {
        double[] values => SafetensorsPart.Of<double>(copy.Name, values, copy.Shape),
        long[] values => SafetensorsPart.Of<long>(copy.Name, values, copy.Shape),
        int[] values => SafetensorsPart.Of<int>(copy.Name, values, copy.Shape),
        byte[] values => SafetensorsPart.Of<byte>(copy.Name, values, copy.Shape),
        var values => SafetensorsPart.Of<float>(copy.Name, (float[])values, copy.Shape),
    };

    private static T[] Values<T>(Tensor tensor)
        where T : unmanaged
    {
        if (tensor.numel() == 0)
            return [];
        using var values = tensor.cpu().contiguous().data<T>();
        return values.ToArray();
    }
}
