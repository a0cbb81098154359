using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>What a loss with weights of its own must know to make them.</summary>
/// <param name="Dimension">The number of values of an embedding.</param>
/// <param name="ClassCount">The number of classes; labels are 0 to ClassCount - 1.</param>
/// <param name="Generator">Draws the initial weights; of the CPU.</param>
public sealed record LossContext(int Dimension, int ClassCount, Generator Generator);
