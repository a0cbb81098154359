namespace Microsoft.ML.Similarity.Persistence;

/// <summary>The types of values read and written, by their names in the file.</summary>
internal enum SafetensorsType
{
    /// <summary><see cref="byte"/>.</summary>
    U8,

    /// <summary><see cref="int"/>.</summary>
    I32,

    /// <summary><see cref="long"/>.</summary>
    I64,

    /// <summary><see cref="float"/>.</summary>
    F32,

    /// <summary><see cref="double"/>.</summary>
    F64,
}
