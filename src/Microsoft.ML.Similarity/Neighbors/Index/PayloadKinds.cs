namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>The types that payload values may have.</summary>
internal static class PayloadKinds
{
    /// <returns>0 for a type that they may not have.</returns>
    public static PayloadKind Of<T>()
    {
        if (typeof(T) == typeof(long))
            return PayloadKind.Int64;
        if (typeof(T) == typeof(float))
            return PayloadKind.Single;
        if (typeof(T) == typeof(double))
            return PayloadKind.Double;
        return typeof(T) == typeof(string) ? PayloadKind.Text : 0;
    }

    /// <summary>How the type is called in errors.</summary>
    public static string Name(PayloadKind kind) => kind switch
    {
        PayloadKind.Int64 => "long",
        PayloadKind.Single => "float",
        PayloadKind.Double => "double",
        _ => "string",
    };

    /// <summary>An array of the kind.</summary>
    public static Array CreateArray(PayloadKind kind, int length) => kind switch
    {
        PayloadKind.Int64 => new long[length],
        PayloadKind.Single => new float[length],
        PayloadKind.Double => new double[length],
        _ => new string[length],
    };

    /// <summary>A column of an array of the kind.</summary>
    public static PayloadColumn CreateColumn(string name, Array values) => values switch
    {
        long[] integers => new(name, integers),
        float[] floats => new(name, floats),
        double[] doubles => new(name, doubles),
        _ => new(name, (string[])values),
    };
}
