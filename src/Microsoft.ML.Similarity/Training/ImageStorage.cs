namespace Microsoft.ML.Similarity.Training;

/// <summary>How pictures are kept while they are trained on. The results are the same.</summary>
public enum ImageStorage
{
    /// <summary>Decoded once, when they are read: a byte for each pixel of each channel, whatever the size of the files. The fastest.</summary>
    Decoded,

    /// <summary>
    /// As the bytes of their files, which are mostly smaller; a batch is decoded by several threads while the one before is trained on. Not for a column
    /// of images, which are decoded already: load files with <c>LoadRawImageBytes</c>.
    /// </summary>
    Encoded,
}
