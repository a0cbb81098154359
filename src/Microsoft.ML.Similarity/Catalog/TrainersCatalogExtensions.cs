using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Trainers;

namespace Microsoft.ML;

/// <summary>The trainers on labelled rows.</summary>
public static class TrainersCatalogExtensions
{
    /// <summary>Learns an embedding from labelled rows, with the loss and the settings that suit most data.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="labelColumnName">The label: key, text, an integer type or Boolean.</param>
    /// <param name="featureColumnName">The features: a vector of Single.</param>
    /// <param name="exampleWeightColumnName">The weight of each row: Single, at least 0; null for equal weights.</param>
    public static MetricLearningTrainer MetricLearning(
        this SimilarityCatalog.SimilarityTrainers catalog,
        string labelColumnName = "Label",
        string featureColumnName = "Features",
        string? exampleWeightColumnName = null) =>
        MetricLearning(catalog, new MetricLearningTrainer.Options
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
            ExampleWeightColumnName = exampleWeightColumnName,
        });

    /// <summary>Learns an embedding from labelled rows, as the options say.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">Column names, network, loss, miner, sampler and the course of training.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static MetricLearningTrainer MetricLearning(this SimilarityCatalog.SimilarityTrainers catalog, MetricLearningTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Environment, options);
    }

    /// <summary>Learns an embedding from labelled rows by the triplet loss.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="labelColumnName">The label: key, text, an integer type or Boolean.</param>
    /// <param name="featureColumnName">The features: a vector of Single.</param>
    /// <param name="margin">How much nearer a row of the same class must be than one of another; at least 0.</param>
    /// <param name="mining">Which triplets of a batch count.</param>
    /// <param name="softMargin">Whether log(1 + exp(x)) takes the place of max(0, x).</param>
    /// <exception cref="ArgumentOutOfRangeException">The margin is negative or not finite, or the mining is none of its kinds.</exception>
    public static MetricLearningTrainer Triplet(
        this SimilarityCatalog.SimilarityTrainers catalog,
        string labelColumnName = "Label",
        string featureColumnName = "Features",
        double margin = 0.2,
        TripletMining mining = TripletMining.All,
        bool softMargin = false) =>
        MetricLearning(catalog, new MetricLearningTrainer.Options
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
            Loss = new TripletLoss { Margin = margin, SoftMargin = softMargin },
            Miner = mining switch
            {
                TripletMining.SemiHard => new TripletMarginMiner { Margin = margin, Kind = TripletKind.SemiHard },
                TripletMining.BatchHard => new BatchHardMiner(),
                TripletMining.All => null,
                _ => throw new ArgumentOutOfRangeException(nameof(mining), mining, "mining must be All, SemiHard or BatchHard."),
            },
        });

    /// <summary>Learns an embedding from labelled rows by the contrastive loss on the pairs inside a batch.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="labelColumnName">The label: key, text, an integer type or Boolean.</param>
    /// <param name="featureColumnName">The features: a vector of Single.</param>
    /// <param name="negativeMargin">How far apart rows of two classes are pushed; at least 0.</param>
    /// <param name="positiveMargin">How near rows of one class are drawn; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A margin is negative or not finite.</exception>
    public static MetricLearningTrainer Contrastive(
        this SimilarityCatalog.SimilarityTrainers catalog,
        string labelColumnName = "Label",
        string featureColumnName = "Features",
        double negativeMargin = 1,
        double positiveMargin = 0) =>
        MetricLearning(catalog, new MetricLearningTrainer.Options
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
            Loss = new ContrastiveLoss { NegativeMargin = negativeMargin, PositiveMargin = positiveMargin },
        });
}
