using System.Collections.ObjectModel;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>
/// How well rows of one class find each other: each query ranks the reference rows by their distance to it, and a row of
/// the query's class is relevant. All metrics are means over the evaluated queries, from 0 to 1, and 1 is best.
/// </summary>
/// <remarks>
/// R is the number of reference rows of the query's class, without the query itself. Where a maximum rank was given, relevant rows
/// beyond it count as not found, and "the R nearest" are no more than it. Rows at equal distances rank in the
/// order of the data. R-precision and MAP@R: Musgrave, Belongie and Lim, "A Metric Learning Reality Check", 2020
/// (<see href="https://arxiv.org/abs/2003.08505"/>).
/// </remarks>
public sealed class RetrievalMetrics
{
    internal RetrievalMetrics(RetrievalSums sums, RetrievalCutoffs cutoffs)
    {
        QueryCount = sums.Queries;
        UnmatchedQueryCount = sums.UnmatchedQueries;
        PrecisionAt1 = sums.PrecisionAt1 / QueryCount;
        RPrecision = sums.RPrecision / QueryCount;
        MeanAveragePrecisionAtR = sums.AveragePrecisionAtR / QueryCount;
        MeanAveragePrecision = sums.AveragePrecision / QueryCount;
        MeanReciprocalRank = sums.ReciprocalRank / QueryCount;
        RecallAtK = ByCutoff(sums.Recall);
        NdcgAtK = ByCutoff(sums.Ndcg);

        ReadOnlyDictionary<int, double> ByCutoff(double[] values)
        {
            var byCutoff = new SortedDictionary<int, double>();
            for (var i = 0; i < values.Length; i++)
                byCutoff.Add(cutoffs.Values[i], values[i] / QueryCount);
            return new(byCutoff);
        }
    }

    /// <summary>The fraction of queries whose nearest row is relevant: of their class, or whatever relation was given.</summary>
    public double PrecisionAt1 { get; }

    /// <summary>The fraction of the R nearest rows that are relevant.</summary>
    public double RPrecision { get; }

    /// <summary>
    /// MAP@R: the sum over the R nearest rows of the precision at each relevant one, divided by R. It rewards order among the
    /// R nearest, which R-precision does not.
    /// </summary>
    public double MeanAveragePrecisionAtR { get; }

    /// <summary>MAP: the precision at each relevant row, summed and divided by R; rows beyond the R nearest count too.</summary>
    public double MeanAveragePrecision { get; }

    /// <summary>MRR: 1 divided by the rank of the nearest relevant row.</summary>
    public double MeanReciprocalRank { get; }

    /// <summary>
    /// By k, ascending: the fraction of queries with at least one relevant row among the k nearest. That is recall@k as metric
    /// learning uses the name, not the fraction of relevant rows that were found.
    /// </summary>
    public IReadOnlyDictionary<int, double> RecallAtK { get; }

    /// <summary>
    /// By k, ascending: the sum of 1 / log₂(rank + 1) over the relevant rows among the k nearest, divided by its largest
    /// possible value, which min(R, k) relevant rows in front would give.
    /// </summary>
    public IReadOnlyDictionary<int, double> NdcgAtK { get; }

    /// <summary>The number of queries evaluated.</summary>
    public long QueryCount { get; }

    /// <summary>The number of queries left out because no reference row, or no other row, belongs together with them.</summary>
    public long UnmatchedQueryCount { get; }

    /// <summary>The number of rows, queries and references together, left out because their label is missing.</summary>
    public long MissingLabelCount { get; internal init; }

    /// <summary>
    /// The number of rows, queries and references together, left out because their embedding holds NaN or infinity. A row
    /// without a label counts in <see cref="MissingLabelCount"/> only.
    /// </summary>
    public long InvalidEmbeddingCount { get; internal init; }

    /// <summary>All metrics on one line, and what was left out, if anything.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Add("P@1", PrecisionAt1);
        Add("R-precision", RPrecision);
        Add("MAP@R", MeanAveragePrecisionAtR);
        Add("MAP", MeanAveragePrecision);
        Add("MRR", MeanReciprocalRank);
        foreach (var (k, value) in RecallAtK)
            Add($"recall@{k}", value);
        foreach (var (k, value) in NdcgAtK)
            Add($"NDCG@{k}", value);
        text.Append(CultureInfo.InvariantCulture, $"queries {QueryCount}");
        AddCount("without a match", UnmatchedQueryCount);
        AddCount("without a label", MissingLabelCount);
        AddCount("with an invalid embedding", InvalidEmbeddingCount);
        return text.ToString();

        void Add(string name, double value) => text.Append(CultureInfo.InvariantCulture, $"{name} {value:F4}, ");

        void AddCount(string what, long count)
        {
            if (count > 0)
                text.Append(CultureInfo.InvariantCulture, $", {count} {what} left out");
        }
    }
}
