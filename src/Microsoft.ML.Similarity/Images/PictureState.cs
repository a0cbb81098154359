namespace Microsoft.ML.Similarity.Images;

/// <summary>What is known of a row's picture.</summary>
internal enum PictureState
{
    /// <summary>The row has none.</summary>
    Missing,

    /// <summary>Its file waits to be decoded.</summary>
    Encoded,

    /// <summary>Its file cannot be decoded.</summary>
    Unreadable,

    /// <summary>Its pixels are there.</summary>
    Decoded,
}
