namespace Microsoft.ML.Similarity.Training;

/// <summary>An open feature column of a <see cref="FeatureIntake"/>.</summary>
internal abstract class FeatureSource
{
    /// <summary>Reads the current row's value.</summary>
    /// <param name="row">The row's position, counted from 0, for messages.</param>
    /// <exception cref="InvalidOperationException">It cannot be trained on.</exception>
    public abstract void Read(long row);

    /// <summary>What was read, as bytes by which to tell it from other rows.</summary>
    public abstract ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Makes what was read the next row of the store.</summary>
    /// <exception cref="InvalidOperationException">It, or one of those before it, is a picture that cannot be decoded.</exception>
    /// <exception cref="IOException">The rows outgrew their memory, and no file can be written.</exception>
    public abstract void Keep();
}
