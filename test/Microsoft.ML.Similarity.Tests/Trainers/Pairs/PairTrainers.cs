using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Trainers;

namespace Microsoft.ML.Similarity.Tests.Trainers.Pairs;

/// <summary>One of each trainer of pairs, for the columns of <see cref="PairRow"/>.</summary>
internal static class PairTrainers
{
    public static readonly string[] Kinds = ["ContrastivePairs", "RankedPairs", "ScoredPairs", "Triplets"];

    /// <param name="ml">The context.</param>
    /// <param name="kind">Which.</param>
    /// <param name="items">A table of items, so that the columns of ids are used; or null.</param>
    /// <param name="change">What to change of options for a short training.</param>
    public static PairTrainer Create(MLContext ml, string kind, IDataView? items = null, Action<PairTrainerOptions>? change = null)
    {
        var suffix = items is null ? "" : "Id";
        var trainers = ml.Similarity.Trainers;
        return kind switch
        {
            "ContrastivePairs" => trainers.ContrastivePairs(With(new ContrastivePairsTrainer.Options
            {
                LeftColumnName = "Left" + suffix,
                RightColumnName = "Right" + suffix,
                LabelColumnName = "Same",
            })),
            "RankedPairs" => trainers.RankedPairs(With(new RankedPairsTrainer.Options { LeftColumnName = "Left" + suffix, RightColumnName = "Right" + suffix })),
            "ScoredPairs" => trainers.ScoredPairs(With(new ScoredPairsTrainer.Options { LeftColumnName = "Left" + suffix, RightColumnName = "Right" + suffix })),
            _ => trainers.Triplets(With(new TripletsTrainer.Options
            {
                AnchorColumnName = "Left" + suffix,
                PositiveColumnName = "Right" + suffix,
                NegativeColumnNames = ["Negative" + suffix],
            })),
        };

        TOptions With<TOptions>(TOptions options)
            where TOptions : PairTrainerOptions
        {
            options.Items = items;
            options.Encoder = new MlpEncoder { OutputDimension = 4, HiddenWidths = [8] };
            options.BatchSize = 16;
            options.MaximumNumberOfEpochs = 3;
            options.Seed = 1;
            change?.Invoke(options);
            return options;
        }
    }
}
