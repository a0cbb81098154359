using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// Counts the triplets with d(a,p) - d(a,n) + margin &gt; 0 without listing them: with an anchor's negatives sorted by
/// distance, the active negatives of each positive are one run. O(B² log B) time and O(B²) memory, whatever the number of
/// triplets, and no shape depends on the data.
/// </summary>
/// <param name="Slope">[B, R]: in how many active triplets d(i,j) is the positive less in how many it is the negative distance.</param>
/// <param name="ActiveByAnchor">[B]: the active triplets of each anchor.</param>
/// <param name="SelectedByAnchor">[B]: all triplets selected of each anchor, active or not.</param>
internal sealed record SortedHinge(Tensor Slope, Tensor ActiveByAnchor, Tensor SelectedByAnchor)
{
    /// <param name="distances">[B, R] without gradient.</param>
    /// <param name="tuples">The triplets to count; a condition must be a band of these distances.</param>
    /// <param name="margin">The hinge's margin.</param>
    public static SortedHinge Count(Tensor distances, TupleSelection tuples, double margin)
    {
        using var scope = NewDisposeScope();
        var rows = distances.shape[0];
        var slope = zeros_like(distances);
        var active = zeros(rows, dtype: distances.dtype, device: distances.device);
        var selected = zeros_like(active);
        // Anchors are independent of one another; some at a time keep the temporaries small.
        var step = RowBlocks.Rows(distances.shape[1]);
        for (var start = 0L; start < rows; start += step)
        {
            using var block = NewDisposeScope();
            var count = Math.Min(step, rows - start);
            CountRows(
                distances.narrow(0, start, count), tuples.Positives.narrow(0, start, count), tuples.Negatives.narrow(0, start, count), tuples.Condition as TripletBand, margin,
                slope.narrow(0, start, count), active.narrow(0, start, count), selected.narrow(0, start, count));
        }
        return new(slope.MoveToOuterDisposeScope(), active.MoveToOuterDisposeScope(), selected.MoveToOuterDisposeScope());
    }

    private static void CountRows(
        Tensor distances, Tensor positives, Tensor negatives, TripletBand? band, double margin, Tensor slope, Tensor activeByAnchor, Tensor selectedByAnchor)
    {
        var columns = distances.shape[1];
        var (sorted, order) = distances.masked_fill(negatives.logical_not(), Number(double.PositiveInfinity)).sort(dim: 1);

        // For every pair (a, p): the run [first, end) of sorted negatives that are selected, and [first, active) that have a loss.
        var active = searchsorted(sorted, distances + Number(margin), right: false);
        var first = zeros_like(active);
        var end = negatives.sum(1, keepdim: true).expand_as(active);
        if (band is not null)
        {
            if (!double.IsNegativeInfinity(band.Above))
                first = searchsorted(sorted, distances + Number(band.Above), right: true);
            end = searchsorted(sorted, distances + Number(band.UpTo), right: true).minimum(end);
        }
        // An infinite distance would count the padding, too.
        active = active.minimum(end).maximum(first);

        // Each run adds 1 at its first and takes it away at its end: the running sum is how often each negative is active.
        var one = positives.to(distances.dtype);
        var steps = zeros(distances.shape[0], columns + 1, dtype: distances.dtype, device: distances.device);
        steps.scatter_add_(1, first, one);
        steps.scatter_add_(1, active, -one);
        var asNegative = zeros_like(distances).scatter_(1, order, steps.cumsum(1).narrow(1, 0, columns));
        var asPositive = (active - first).masked_fill(positives.logical_not(), Zero).to(distances.dtype);
        slope.copy_(asPositive - asNegative);
        activeByAnchor.copy_(asPositive.sum(1));
        selectedByAnchor.copy_((end - first).clamp_min(Zero).masked_fill(positives.logical_not(), Zero).sum(1));
    }
}
