using Microsoft.ML.Similarity.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>The loss of one batch, with what the progress tells of its distances.</summary>
/// <param name="Loss">The loss.</param>
/// <param name="Compare">
/// Computes distances of rows of the batch, of any shape, and Booleans of that shape: which of them are of rows that belong together, and which of rows that do
/// not. To be called without gradient.
/// </param>
internal sealed record BatchLoss(LossValue Loss, Func<(Tensor Distances, Tensor Positives, Tensor Negatives)> Compare);
