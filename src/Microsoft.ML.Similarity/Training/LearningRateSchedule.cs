namespace Microsoft.ML.Similarity.Training;

/// <summary>How the learning rate moves after warm-up.</summary>
public enum LearningRateSchedule
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>It falls to 0 along half a cosine. Loshchilov and Hutter, "SGDR" (2017), without restarts.</summary>
    Cosine,
}
