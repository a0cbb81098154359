using Microsoft.ML.Similarity.Miners;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// The triplet loss by plain enumeration, some anchors at a time. Value and slope of each block are added up and the
/// block is forgotten, so memory stays O(B²) where keeping the blocks for the backward pass would need O(B·P·N).
/// </summary>
internal static class BlockedTriplets
{
    // Triplets computed at once: 2^22 float32 numbers are 16 MiB a temporary.
    private const long BlockSize = 1 << 22;

    /// <param name="distances">[B, B] with gradient.</param>
    /// <param name="tuples">The triplets selected.</param>
    /// <param name="loss">Margin, its softness, and the reducer.</param>
    /// <param name="weights">[B] weights of the anchors, or null.</param>
    public static LossValue Compute(Tensor distances, TupleSelection tuples, TripletLoss loss, Tensor? weights)
    {
        var values = distances.detach();
        var rows = values.shape[0];
        var most = Math.Max(1, tuples.Positives.sum(1).max().to(ScalarType.Int64).item<long>());
        var block = Math.Max(1, BlockSize / (most * rows));
        var slope = zeros_like(values);
        var (sum, active, selected) = (values.new_zeros(), values.new_zeros(), values.new_zeros());
        var (activeWeight, selectedWeight) = (values.new_zeros(), values.new_zeros());
        for (var start = 0L; start < rows; start += block)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(block, rows - start);
            // The positives of each anchor first, then padding: [b, most].
            var (isPositive, positive) = tuples.Positives.narrow(0, start, count).to(ScalarType.Int8).sort(dim: 1, descending: true, stable: true);
            (isPositive, positive) = (isPositive.narrow(1, 0, most).to(ScalarType.Bool), positive.narrow(1, 0, most));
            var mask = isPositive.unsqueeze(2).logical_and(tuples.Negatives.narrow(0, start, count).unsqueeze(1));
            if (tuples.Band is { } band)
                mask = mask.logical_and(band.Contains(start, count, positive));

            var rowValues = values.narrow(0, start, count);
            var violation = rowValues.gather(1, positive).unsqueeze(2) - rowValues.unsqueeze(1) + loss.Margin;
            var losses = (loss.SoftMargin ? nn.functional.softplus(violation) : violation.clamp_min(0)).masked_fill(mask.logical_not(), 0);
            var counted = losses > 0;
            var tuple = counted.to(values.dtype);
            var anchor = weights?.narrow(0, start, count).to(values.dtype).view(-1, 1, 1);
            var weight = anchor is null ? tuple : tuple * anchor;
            var slopes = loss.SoftMargin ? violation.sigmoid() * weight : weight;

            sum.add_((losses * weight).sum());
            activeWeight.add_(weight.sum());
            selectedWeight.add_(anchor is null ? mask.sum() : (mask.to(values.dtype) * anchor).sum());
            active.add_(tuple.sum());
            selected.add_(mask.sum());
            var rowSlope = slope.narrow(0, start, count);
            rowSlope.sub_(slopes.sum(1));
            rowSlope.scatter_add_(1, positive, slopes.sum(2));
        }
        var divisor = TripletDivisor.Of(loss.Reducer, activeWeight, selectedWeight);
        slope.div_(divisor);
        using (enable_grad())
        {
            // Its value is the mean and its derivative the slope: the linear part at this point carries the gradient.
            var linear = (distances * slope).sum();
            return new(linear + (sum / divisor - linear.detach()), active / selected.clamp_min(1));
        }
    }

    private static Tensor new_zeros(this Tensor like) => zeros(Array.Empty<long>(), dtype: like.dtype, device: like.device);
}
