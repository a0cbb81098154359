using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Rows;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Similarity.Training;

/// <summary>The columns that an encoder can be trained on.</summary>
internal static class FeatureColumns
{
    /// <param name="shape">The shape of the data.</param>
    /// <param name="name">The column.</param>
    /// <param name="settings">The encoder, and how pictures are kept.</param>
    /// <param name="role">What the column is for, as the message names it.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is missing, or another.</exception>
    public static void Check(SchemaShape shape, string name, TrainingSettings settings, string role = "feature")
    {
        InputColumns.CheckFeatures(shape, name, role, orPictures: settings.Encoder.Pictures is not null);
        if (settings.ImageStorage == ImageStorage.Encoded && shape.Find(name) is { ItemType: ImageDataViewType })
        {
            throw new ArgumentOutOfRangeException("inputSchema",
                $"ImageStorage is Encoded, which keeps the bytes of files, but {role} column '{name}' holds images, which are decoded already. Load the files with LoadRawImageBytes, or let ImageStorage be Decoded.");
        }
    }
}
