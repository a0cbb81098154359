using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>
/// Counts the triplets with d(a,p) - d(a,n) + margin &gt; 0 without listing them: with an anchor's negatives sorted by
/// distance, the active negatives of each positive are one run. O(B² log B) time and O(B²) memory, whatever the number of
/// triplets, and no shape depends on the data.
/// </summary>
/// <param name="Slope">[B, B]: in how many active triplets d(i,j) is the positive less in how many it is the negative distance.</param>
/// <param name="ActiveByAnchor">[B]: the active triplets of each anchor.</param>
/// <param name="SelectedByAnchor">[B]: all triplets selected of each anchor, active or not.</param>
internal sealed record SortedHinge(Tensor Slope, Tensor ActiveByAnchor, Tensor SelectedByAnchor)
{
    /// <param name="distances">[B, B] without gradient.</param>
    /// <param name="tuples">The triplets to count; a band must be one of these distances.</param>
    /// <param name="margin">The hinge's margin.</param>
    public static SortedHinge Count(Tensor distances, TupleSelection tuples, double margin)
    {
        using var scope = NewDisposeScope();
        var rows = distances.shape[0];
        var positives = tuples.Positives;
        var (sorted, order) = distances.masked_fill(tuples.Negatives.logical_not(), Number(double.PositiveInfinity)).sort(dim: 1);
        var negatives = tuples.Negatives.sum(1, keepdim: true);

        // For every pair (a, p): the run [first, end) of sorted negatives that are selected, and [first, active) that have a loss.
        var active = searchsorted(sorted, distances + Number(margin), right: false);
        var first = zeros_like(active);
        var end = negatives.expand_as(active);
        if (tuples.Band is { } band)
        {
            if (!double.IsNegativeInfinity(band.Above))
                first = searchsorted(sorted, distances + Number(band.Above), right: true);
            end = searchsorted(sorted, distances + Number(band.UpTo), right: true).minimum(end);
        }
        // An infinite distance would count the padding, too.
        active = active.minimum(end).maximum(first);

        // Each run adds 1 at its first and takes it away at its end: the running sum is how often each negative is active.
        var one = positives.to(distances.dtype);
        var steps = zeros(rows, rows + 1, dtype: distances.dtype, device: distances.device);
        steps.scatter_add_(1, first, one);
        steps.scatter_add_(1, active, -one);
        var asNegative = zeros_like(distances).scatter_(1, order, steps.cumsum(1).narrow(1, 0, rows));
        var asPositive = (active - first).masked_fill(positives.logical_not(), Zero);
        return new(
            (asPositive.to(distances.dtype) - asNegative).MoveToOuterDisposeScope(),
            asPositive.sum(1).to(distances.dtype).MoveToOuterDisposeScope(),
            (end - first).clamp_min(Zero).masked_fill(positives.logical_not(), Zero).sum(1).to(distances.dtype).MoveToOuterDisposeScope());
    }
}
