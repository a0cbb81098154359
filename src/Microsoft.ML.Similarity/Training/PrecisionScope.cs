using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Sets libtorch's switches for a precision until it is disposed.</summary>
/// <remarks>The switches are the process's: trainings of different precisions at the same time would take turns with them.</remarks>
internal sealed class PrecisionScope : IDisposable
{
    private readonly bool _products = backends.cuda.matmul.allow_tf32;
    private readonly bool _convolutions = backends.cudnn.allow_tf32;

    public PrecisionScope(TrainingPrecision precision) => Set(precision != TrainingPrecision.Full, precision != TrainingPrecision.Full);

    public void Dispose() => Set(_products, _convolutions);

    private static void Set(bool products, bool convolutions)
    {
        backends.cuda.matmul.allow_tf32 = products;
        backends.cudnn.allow_tf32 = convolutions;
    }
}
