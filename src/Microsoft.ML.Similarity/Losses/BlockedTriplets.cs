using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// The triplet loss by plain enumeration, some anchors at a time. Value and slope of each block are added up and the
/// block is forgotten, so memory stays O(B²) where keeping the blocks for the backward pass would need O(B·P·N).
/// </summary>
internal static class BlockedTriplets
{
    /// <param name="distances">[B, R] with gradient; [B, B] for the swap.</param>
    /// <param name="tuples">The triplets selected.</param>
    /// <param name="loss">Margin, its softness, and the reducer.</param>
    /// <param name="weights">[B] weights of the anchors, or null.</param>
    public static LossValue Compute(Tensor distances, TupleSelection tuples, TripletLoss loss, Tensor? weights)
    {
        var values = distances.detach();
        var (rows, columns) = (values.shape[0], values.shape[1]);
        var padded = PaddedPositives.Of(tuples.Positives);
        var block = RowBlocks.Rows(padded.Most * columns);
        var slope = zeros_like(values);
        var (sum, active, selected) = (values.new_zeros(), values.new_zeros(), values.new_zeros());
        var (activeWeight, selectedWeight) = (values.new_zeros(), values.new_zeros());
        for (var start = 0L; start < rows; start += block)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(block, rows - start);
            var anchors = padded.Narrow(start, count);
            var (positive, mask) = (anchors.Rows, tuples.ToMask(start, anchors));

            var rowValues = values.narrow(0, start, count);
            var negative = rowValues.unsqueeze(1);
            Tensor? swapped = null;
            if (loss.Swap)
            {
                var fromPositive = values.index_select(0, positive.flatten()).view(count, padded.Most, columns);
                swapped = fromPositive < negative;
                negative = negative.minimum(fromPositive);
            }
            var violation = rowValues.gather(1, positive).unsqueeze(2) - negative + Number(loss.Margin);
            var losses = (loss.SoftMargin ? SimilarityMask.Softplus(violation) : violation.clamp_min(Zero)).masked_fill(mask.logical_not(), Zero);
            var counted = losses > Zero;
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
            rowSlope.sub_((swapped is null ? slopes : slopes.masked_fill(swapped, Zero)).sum(1));
            if (swapped is not null)
                slope.index_add_(0, positive.flatten(), slopes.masked_fill(swapped.logical_not(), Zero).view(-1, columns), Number(-1));
            rowSlope.scatter_add_(1, positive, slopes.sum(2));
        }
        var divisor = TripletDivisor.Of(loss.Reducer, activeWeight, selectedWeight);
        slope.div_(divisor);
        using (enable_grad())
        {
            // Its value is the mean and its derivative the slope: the linear part at this point carries the gradient.
            var linear = (distances * slope).sum();
            return new(linear + (sum / divisor - linear.detach()), active / selected.clamp_min(One));
        }
    }

    private static Tensor new_zeros(this Tensor like) => zeros(Array.Empty<long>(), dtype: like.dtype, device: like.device);
}
