namespace Microsoft.ML.Similarity.Training;

/// <summary>Why a training ended.</summary>
public enum StopReason
{
    /// <summary>All epochs were run.</summary>
    Completed,

    /// <summary>The validation metric had not improved for as many epochs as the options allow.</summary>
    EarlyStopping,

    /// <summary>It was cancelled by the CancellationToken or by MLContext.CancelExecution.</summary>
    Cancelled,

    /// <summary>The loss or the weights became NaN or infinite; the model has the best weights before that.</summary>
    Diverged,
}
