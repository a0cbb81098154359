using Microsoft.ML.Similarity.Distances;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses.Pairs;

/// <summary>
/// Distillation: the difference between the scores of a positive and of a negative should be the one that a teacher gives them.
/// </summary>
/// <remarks>
/// The mean of ((l·r - l·n) - target)², l a left row, r its right row, n its hard negative, with the inner product; the target
/// is the teacher's score of (l, r) less that of (l, n). Hofstätter et al., "Improving Efficient Neural Ranking Models with
/// Cross-Architecture Knowledge Distillation" (2020).
/// </remarks>
public sealed record MarginMseLoss : PairLoss
{
    internal override Distance ComparedBy => new InnerProductDistance();

    /// <inheritdoc/>
    protected override PairLossModule BuildModule(LossContext? context) => new Module();

    private sealed class Module() : PairLossModule(nameof(MarginMseLoss))
    {
        public override LossValue forward(PairBatch input)
        {
            var columns = input.HardNegatives.Count;
            if (columns == 0)
                throw new InvalidOperationException("MarginMseLoss needs at least one column of hard negatives; got none.");
            var targets = input.Targets is { } given && given.numel() == input.Rows * columns
                ? given.reshape(input.Rows, columns).to(input.Left.dtype)
                : throw new InvalidOperationException(
                    $"MarginMseLoss needs targets [{input.Rows}, {columns}], a teacher's margin for each hard negative; got "
                    + $"{(input.Targets is null ? "none" : $"[{string.Join(", ", input.Targets.shape)}]")}.");
            var margins = stack(input.HardNegatives.Select(negatives => (input.Left * (input.Right - negatives)).sum(1)));
            return Mean(input, (margins - targets.t()).square());
        }
    }
}
