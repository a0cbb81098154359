namespace Microsoft.ML.Similarity.Tests.Images;

/// <summary>A picture in a file.</summary>
internal sealed class PictureRow
{
    public string Label { get; set; } = "";

    public string Path { get; set; } = "";

    /// <summary>Another picture of the class.</summary>
    public string Other { get; set; } = "";
}
