using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

/// <summary>Mining by its definition, with full stable sorts; shares nothing with the library.</summary>
internal sealed class BruteForceTriplets(MinedRow[] rows, HardNegativeOptions options)
{
    public List<Triplet> Triplets()
    {
        var triplets = new List<Triplet>();
        foreach (var anchor in rows)
        {
            var positives = Ranked(anchor, rows.Where(r => r != anchor && r.Label == anchor.Label));
            if (options.Positives == MinedPositives.Farthest)
                positives.Reverse();
            foreach (var positive in positives.Take(options.NumberOfPositives))
                Add(triplets, anchor, positive, rows.Where(r => r.Label != anchor.Label));
        }
        return triplets;
    }

    public List<Triplet> OfPairs(IEnumerable<(MinedRow Left, MinedRow Right)> pairs)
    {
        var all = pairs.ToList();
        var rights = all.Select(p => p.Right).DistinctBy(r => r.Id).ToList();
        var triplets = new List<Triplet>();
        foreach (var (left, right) in all)
            Add(triplets, left, right, rights.Where(r => !all.Exists(p => p.Left.Id == left.Id && p.Right.Id == r.Id)));
        return triplets;
    }

    private void Add(List<Triplet> triplets, MinedRow anchor, MinedRow positive, IEnumerable<MinedRow> candidates)
    {
        var refuses = options.AbsoluteMargin ?? options.RelativeMargin ?? options.MinimumDistance ?? options.MaximumDistance;
        var end = options.RangeMax ?? options.RangeMin + options.NumberOfNegatives * (refuses is null ? 1 : 10);
        var distance = Distance(anchor, positive);
        var negatives = Ranked(anchor, candidates).Take(end).Skip(options.RangeMin)
            .Where(n => options.AbsoluteMargin is null || Distance(anchor, n) >= distance + options.AbsoluteMargin)
            .Where(n => options.RelativeMargin is null || Distance(anchor, n) >= distance * (1 + options.RelativeMargin))
            .Where(n => options.MinimumDistance is null || Distance(anchor, n) >= options.MinimumDistance)
            .Where(n => options.MaximumDistance is null || Distance(anchor, n) <= options.MaximumDistance)
            .Take(options.NumberOfNegatives);
        triplets.AddRange(negatives.Select(n => new Triplet(anchor.Id, positive.Id, n.Id, distance, Distance(anchor, n))));
    }

    private List<MinedRow> Ranked(MinedRow anchor, IEnumerable<MinedRow> others) => [.. others.OrderBy(r => Distance(anchor, r))];

    private float Distance(MinedRow a, MinedRow b)
    {
        var dot = Dot(a.Embedding, b.Embedding);
        if (options.Metric == NeighborMetric.InnerProduct)
            return (float)-dot;
        if (options.Metric == NeighborMetric.Euclidean)
            return (float)Math.Sqrt(a.Embedding.Zip(b.Embedding, (x, y) => ((double)x - y) * ((double)x - y)).Sum());
        var norms = Math.Sqrt(Dot(a.Embedding, a.Embedding) * Dot(b.Embedding, b.Embedding));
        return norms == 0 ? 1 : (float)(1 - dot / norms);
    }

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
