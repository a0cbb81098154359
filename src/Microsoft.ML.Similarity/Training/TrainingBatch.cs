using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>The examples of one batch, for the host and for the device that trains.</summary>
/// <param name="Examples">The examples, as <see cref="Objective.Epoch"/> dealt them.</param>
/// <param name="Index">The same on the training device: [examples] int64.</param>
/// <param name="Features">The rows they need, [rows, dimension] on the training device, where these have been prepared; else null.</param>
internal readonly record struct TrainingBatch(int[] Examples, Tensor Index, Tensor? Features = null)
{
    /// <summary>A batch of examples whose rows are to be gathered when they are needed.</summary>
    public static TrainingBatch Of(int[] examples, Device device) => new(examples, IndexOf(examples).to(device, non_blocking: true));

    /// <summary>Numbers on the host, as libtorch takes indices.</summary>
    public static Tensor IndexOf(int[] examples) => tensor(Array.ConvertAll(examples, example => (long)example));
}
