namespace Microsoft.ML.Similarity.Persistence;

internal static class SafetensorsTypes
{
    /// <summary>Bytes of one value.</summary>
    public static int Size(this SafetensorsType type) => type switch
    {
        SafetensorsType.U8 => 1,
        SafetensorsType.I32 or SafetensorsType.F32 => 4,
        _ => 8,
    };

    public static SafetensorsType Of<T>() =>
        typeof(T) == typeof(byte) ? SafetensorsType.U8
        : typeof(T) == typeof(int) ? SafetensorsType.I32
        : typeof(T) == typeof(long) ? SafetensorsType.I64
        : typeof(T) == typeof(float) ? SafetensorsType.F32
        : typeof(T) == typeof(double) ? SafetensorsType.F64
        : throw new NotSupportedException($"A tensor cannot hold values of type {typeof(T)}.");
}
