using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Trainers;

namespace Microsoft.ML;

/// <summary>The trainers on pairs and triplets.</summary>
public static class PairTrainersExtensions
{
    /// <summary>Learns from pairs of which it is known whether they belong together: a Siamese network.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="leftColumnName">The first column of rows: a vector of Single.</param>
    /// <param name="rightColumnName">The second, of the same size.</param>
    /// <param name="labelColumnName">Whether the two belong together: Boolean.</param>
    /// <param name="margin">How far apart, by cosine distance, pairs that do not belong together are pushed; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The margin is negative or not finite.</exception>
    public static ContrastivePairsTrainer ContrastivePairs(
        this SimilarityCatalog.SimilarityTrainers catalog,
        string leftColumnName = "Left",
        string rightColumnName = "Right",
        string labelColumnName = "Label",
        double margin = 0.5) =>
        ContrastivePairs(catalog, new ContrastivePairsTrainer.Options
        {
            LeftColumnName = leftColumnName,
            RightColumnName = rightColumnName,
            LabelColumnName = labelColumnName,
            Loss = new ContrastivePairLoss { Margin = margin },
        });

    /// <summary>Learns from pairs of which it is known whether they belong together, as the options say.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">Column names, items, network, loss and the course of training; read when this is called.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static ContrastivePairsTrainer ContrastivePairs(this SimilarityCatalog.SimilarityTrainers catalog, ContrastivePairsTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new(catalog.Environment, options);
    }

    /// <summary>Learns from pairs that belong together: each left row must find its right row among those of the batch.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="leftColumnName">The rows that search: a vector of Single.</param>
    /// <param name="rightColumnName">The rows to be found, of the same size.</param>
    /// <param name="scale">What cosines are multiplied with, above 0: the inverse of a temperature.</param>
    /// <param name="symmetric">Whether each right row must find its left row as well.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not above 0.</exception>
    public static RankedPairsTrainer RankedPairs(
        this SimilarityCatalog.SimilarityTrainers catalog,
        string leftColumnName = "Left",
        string rightColumnName = "Right",
        double scale = 20,
        bool symmetric = false) =>
        RankedPairs(catalog, new RankedPairsTrainer.Options
        {
            LeftColumnName = leftColumnName,
            RightColumnName = rightColumnName,
            Loss = new MultipleNegativesRankingLoss { Scale = scale, Symmetric = symmetric },
        });

    /// <summary>Learns from pairs that belong together, as the options say.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">Column names, items, network, loss and the course of training; read when this is called.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static RankedPairsTrainer RankedPairs(this SimilarityCatalog.SimilarityTrainers catalog, RankedPairsTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new(catalog.Environment, options);
    }

    /// <summary>Learns from pairs with a degree of similarity, by the order of their scores (CoSENT).</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="leftColumnName">The first column of rows: a vector of Single.</param>
    /// <param name="rightColumnName">The second, of the same size.</param>
    /// <param name="scoreColumnName">How similar the two are, the higher the more: Single.</param>
    public static ScoredPairsTrainer ScoredPairs(
        this SimilarityCatalog.SimilarityTrainers catalog,
        string leftColumnName = "Left",
        string rightColumnName = "Right",
        string scoreColumnName = "Score") =>
        ScoredPairs(catalog, new ScoredPairsTrainer.Options
        {
            LeftColumnName = leftColumnName,
            RightColumnName = rightColumnName,
            ScoreColumnName = scoreColumnName,
        });

    /// <summary>Learns from pairs with a degree of similarity, as the options say.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">Column names, items, network, loss and the course of training; read when this is called.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static ScoredPairsTrainer ScoredPairs(this SimilarityCatalog.SimilarityTrainers catalog, ScoredPairsTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new(catalog.Environment, options);
    }

    /// <summary>Learns from given triplets.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="anchorColumnName">The rows compared: a vector of Single.</param>
    /// <param name="positiveColumnName">The rows that should be nearer, of the same size.</param>
    /// <param name="negativeColumnName">The rows that should be farther, of the same size.</param>
    /// <param name="margin">How much nearer; at least 0. Directions are at most 2 apart.</param>
    /// <exception cref="ArgumentOutOfRangeException">The margin is negative or not finite.</exception>
    public static TripletsTrainer Triplets(
        this SimilarityCatalog.SimilarityTrainers catalog,
        string anchorColumnName = "Anchor",
        string positiveColumnName = "Positive",
        string negativeColumnName = "Negative",
        double margin = 0.2) =>
        Triplets(catalog, new TripletsTrainer.Options
        {
            AnchorColumnName = anchorColumnName,
            PositiveColumnName = positiveColumnName,
            NegativeColumnNames = [negativeColumnName],
            Loss = new ExplicitTripletLoss { Margin = margin },
        });

    /// <summary>Learns from given triplets, as the options say.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">Column names, items, network, loss and the course of training; read when this is called.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static TripletsTrainer Triplets(this SimilarityCatalog.SimilarityTrainers catalog, TripletsTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new(catalog.Environment, options);
    }
}
