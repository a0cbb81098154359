namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>The metrics of some queries, summed. Queries are added, and sums merged, in a fixed order: results do not depend on threads.</summary>
internal sealed class RetrievalSums(RetrievalCutoffs cutoffs)
{
    public int Queries { get; private set; }

    public int UnmatchedQueries { get; private set; }

    public double PrecisionAt1 { get; private set; }

    public double RPrecision { get; private set; }

    public double AveragePrecisionAtR { get; private set; }

    public double AveragePrecision { get; private set; }

    public double ReciprocalRank { get; private set; }

    public double[] Recall { get; } = new double[cutoffs.Values.Length];

    public double[] Ndcg { get; } = new double[cutoffs.Values.Length];

    /// <param name="ranks">The ranks of the query's relevant references among all, from 1, ascending.</param>
    public void Add(ReadOnlySpan<int> ranks)
    {
        var relevant = ranks.Length;
        if (relevant == 0)
        {
            UnmatchedQueries++;
            return;
        }
        Queries++;
        var first = ranks[0];
        ReciprocalRank += 1d / first;
        PrecisionAt1 += first == 1 ? 1 : 0;

        double precisions = 0;
        var i = 0;
        for (; i < relevant && ranks[i] <= relevant; i++)
            precisions += (i + 1d) / ranks[i];
        RPrecision += (double)i / relevant;
        AveragePrecisionAtR += precisions / relevant;
        for (; i < relevant; i++)
            precisions += (i + 1d) / ranks[i];
        AveragePrecision += precisions / relevant;

        AddAtCutoffs(ranks);
    }

    public void Add(RetrievalSums other)
    {
        Queries += other.Queries;
        UnmatchedQueries += other.UnmatchedQueries;
        PrecisionAt1 += other.PrecisionAt1;
        RPrecision += other.RPrecision;
        AveragePrecisionAtR += other.AveragePrecisionAtR;
        AveragePrecision += other.AveragePrecision;
        ReciprocalRank += other.ReciprocalRank;
        for (var c = 0; c < Recall.Length; c++)
        {
            Recall[c] += other.Recall[c];
            Ndcg[c] += other.Ndcg[c];
        }
    }

    private void AddAtCutoffs(ReadOnlySpan<int> ranks)
    {
        double gain = 0;
        var i = 0;
        for (var c = 0; c < cutoffs.Values.Length; c++)
        {
            var k = cutoffs.Values[c];
            for (; i < ranks.Length && ranks[i] <= k; i++)
                gain += RetrievalCutoffs.Discount(ranks[i]);
            Recall[c] += i > 0 ? 1 : 0;
            Ndcg[c] += gain / cutoffs.IdealGain(ranks.Length, k);
        }
    }
}
