using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Takes rows from feature columns of a cursor to a <see cref="FeatureStore"/>.</summary>
internal abstract class FeatureIntake : IDisposable
{
    /// <summary>The number of rows kept.</summary>
    public abstract int Count { get; }

    /// <param name="column">The column, or one of several of its kind.</param>
    /// <param name="run">Says how pictures are kept, and where.</param>
    public static FeatureIntake Create(DataViewSchema.Column column, TrainingRun run) => InputColumns.IsPicture(column.Type)
        ? new PictureIntake(run.Pictures!, run.ImageStorage, run.Space)
        : new VectorIntake(((VectorDataViewType)column.Type).Size, run.Space);

    /// <summary>Opens a column of the cursor; it closes with the intake.</summary>
    public abstract FeatureSource Open(DataViewRow row, DataViewSchema.Column column);

    /// <summary>Ends the taking; the store owns the rows.</summary>
    /// <exception cref="InvalidOperationException">A picture cannot be decoded; the message names its row.</exception>
    /// <exception cref="IOException">The rows outgrew their memory, and no file can be written.</exception>
    public abstract FeatureStore ToStore(TrainingRun run);

    public abstract void Dispose();
}
