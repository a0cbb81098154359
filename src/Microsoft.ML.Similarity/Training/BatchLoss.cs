using Microsoft.ML.Similarity.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>The loss of one batch, with what the progress tells of its distances.</summary>
/// <param name="Loss">The loss.</param>
/// <param name="Distances">Distances of rows of the batch, of any shape.</param>
/// <param name="Positives">Booleans of that shape: which of them are of rows that belong together.</param>
/// <param name="Negatives">Booleans of that shape: which of them are of rows that do not.</param>
internal sealed record BatchLoss(LossValue Loss, Tensor Distances, Tensor Positives, Tensor Negatives);
