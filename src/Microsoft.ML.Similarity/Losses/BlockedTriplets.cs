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
    /// <param name="margin">Added to d(a,p) - d(a,n).</param>
    /// <param name="soft">log(1 + exp(x)) in place of max(0, x).</param>
    /// <param name="weights">[B] weights of the anchors, or null.</param>
    public static LossValue Compute(Tensor distances, TupleSelection tuples, double margin, bool soft, Tensor? weights)
    {
        var values = distances.detach();
        var rows = values.shape[0];
        var most = Math.Max(1, tuples.Positives.sum(1).max().to(ScalarType.Int64).item<long>());
        var block = Math.Max(1, BlockSize / (most * rows));
        var slope = zeros_like(values);
        var (sum, share, active, selected) = (values.new_zeros(), values.new_zeros(), values.new_zeros(), values.new_zeros());
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
            var violation = rowValues.gather(1, positive).unsqueeze(2) - rowValues.unsqueeze(1) + margin;
            var losses = (soft ? nn.functional.softplus(violation) : violation.clamp_min(0)).masked_fill(mask.logical_not(), 0);
            var counted = losses > 0;
            var tuple = counted.to(values.dtype);
            var anchor = weights?.narrow(0, start, count).to(values.dtype).view(-1, 1, 1);
            var weight = anchor is null ? tuple : tuple * anchor;
            var slopes = soft ? violation.sigmoid() * weight : weight;

            sum.add_((losses * weight).sum());
            share.add_(weight.sum());
            active.add_(tuple.sum());
            selected.add_(mask.sum());
            var rowSlope = slope.narrow(0, start, count);
            rowSlope.sub_(slopes.sum(1));
            rowSlope.scatter_add_(1, positive, slopes.sum(2));
        }
        var mean = share.masked_fill(share.eq(0), 1);
        slope.div_(mean);
        using (enable_grad())
        {
            // Its value is the mean and its derivative the slope: the linear part at this point carries the gradient.
            var linear = (distances * slope).sum();
            return new(linear + (sum / mean - linear.detach()), active / selected.clamp_min(1));
        }
    }

    private static Tensor new_zeros(this Tensor like) => zeros(Array.Empty<long>(), dtype: like.dtype, device: like.device);
}
