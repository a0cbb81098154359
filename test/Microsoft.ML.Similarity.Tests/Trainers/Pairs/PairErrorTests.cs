using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Tests.Training;
using Microsoft.ML.Similarity.Trainers;

namespace Microsoft.ML.Similarity.Tests.Trainers.Pairs;

public sealed class PairErrorTests
{
    private static readonly MLContext Ml = new();
    private static readonly LabelledRow[] Rows = TrainingData.Blobs();
    private static readonly PairRow[] Pairs = PairData.Of(Rows, 40);
    private static readonly IDataView Data = PairData.View(Ml, Pairs);

    [Test]
    public void Columns_that_must_be_given_are_named()
    {
        Missing(() => Ml.Similarity.Trainers.ContrastivePairs(leftColumnName: ""), "LeftColumnName");
        Missing(() => Ml.Similarity.Trainers.ContrastivePairs(labelColumnName: ""), "LabelColumnName");
        Missing(() => Ml.Similarity.Trainers.RankedPairs(rightColumnName: ""), "RightColumnName");
        Missing(() => Ml.Similarity.Trainers.RankedPairs(new RankedPairsTrainer.Options { NegativeColumnNames = null! }), "NegativeColumnNames");
        Missing(() => Ml.Similarity.Trainers.ScoredPairs(scoreColumnName: ""), "ScoreColumnName");
        Missing(() => Ml.Similarity.Trainers.Triplets(anchorColumnName: ""), "AnchorColumnName");
        Missing(() => Ml.Similarity.Trainers.Triplets(negativeColumnName: ""), "NegativeColumnNames");
        Missing(() => Ml.Similarity.Trainers.Triplets(new TripletsTrainer.Options { Loss = null! }), "Loss");
        Missing(() => Ml.Similarity.Trainers.Triplets(new TripletsTrainer.Options { ItemIdColumnName = "" }), "ItemIdColumnName");

        static void Missing(Func<object> make, string name) =>
            Assert.That(() => make(), Throws.InstanceOf<ArgumentException>().With.Property("ParamName").EqualTo(name));
    }

    [Test]
    public void Options_that_do_not_fit_together_are_refused()
    {
        Refused(() => Ml.Similarity.Trainers.ContrastivePairs("Left", "Left"), "LeftColumnName and RightColumnName are both 'Left'; they must be two columns. (Parameter 'RightColumnName')");
        Refused(() => Ml.Similarity.Trainers.Triplets(new TripletsTrainer.Options { NegativeColumnNames = [] }), "NegativeColumnNames must name at least one column. (Parameter 'NegativeColumnNames')");
        Refused(() => Ml.Similarity.Trainers.Triplets(new TripletsTrainer.Options { Loss = new MarginMseLoss() }), "MarginMseLoss needs TeacherMarginColumnName, and one column in NegativeColumnNames. (Parameter 'Loss')");
        Refused(
            () => Ml.Similarity.Trainers.RankedPairs(new RankedPairsTrainer.Options { GradientCacheChunkSize = 8, Encoder = new MlpEncoder { BatchNorm = true } }),
            "GradientCacheChunkSize needs an encoder that embeds each row by itself. Batch normalisation takes its statistics from the rows embedded together, "
            + "so chunks would not give the gradients of the batch: switch BatchNorm off, or leave GradientCacheChunkSize null. (Parameter 'GradientCacheChunkSize')");
        Assert.That(
            () => Ml.Similarity.Trainers.RankedPairs(new RankedPairsTrainer.Options { GradientCacheChunkSize = 0 }),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith("GradientCacheChunkSize must be at least 1."));

        static void Refused(Func<object> make, string message) => Assert.That(() => make(), Throws.ArgumentException.With.Message.EqualTo(message));
    }

    [Test]
    public void Columns_missing_or_of_another_type_are_refused()
    {
        Column(Ml.Similarity.Trainers.ContrastivePairs("Nope", labelColumnName: "Same"), "Could not find the left column 'Nope' in the input schema.");
        Column(Ml.Similarity.Trainers.ContrastivePairs(labelColumnName: "Score"), "Schema mismatch for label column 'Score': expected Boolean, got Single.");
        Column(Ml.Similarity.Trainers.ContrastivePairs(rightColumnName: "LeftId", labelColumnName: "Same"), "Schema mismatch for right column 'LeftId': expected Vector<Single>, got String.");
        Column(Ml.Similarity.Trainers.ScoredPairs(scoreColumnName: "Same"), "Schema mismatch for score column 'Same': expected Single, got Boolean.");
        Column(Ml.Similarity.Trainers.Triplets("Left", "Right", "Nope"), "Could not find the negative column 'Nope' in the input schema.");
        var items = PairData.View(Ml, PairData.Items(Rows));
        Column(
            Ml.Similarity.Trainers.RankedPairs(new RankedPairsTrainer.Options { Items = items }),
            "Schema mismatch for left column 'Left': expected Key, String, an integer type or Boolean, got Vector<Single>.");
        Column(
            Ml.Similarity.Trainers.RankedPairs(new RankedPairsTrainer.Options { Items = items, ItemIdColumnName = "Key", LeftColumnName = "LeftId", RightColumnName = "RightId" }),
            "Could not find the item id column 'Key' in the input schema.");

        static void Column(PairTrainer trainer, string message) => Assert.That(
            () => trainer.Fit(Data), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith(message));
    }

    [Test]
    public void Columns_of_several_sizes_are_refused()
    {
        var wide = Ml.Transforms.Concatenate("Right", "Right", "Score").Fit(Data).Transform(Data);
        Assert.That(
            () => PairTrainers.Create(Ml, "RankedPairs").Fit(wide),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith("Schema mismatch for right column 'Right': expected Vector<Single, 6>, got Vector<Single, 7>."));
    }

    [Test]
    public void Data_that_teaches_nothing_is_refused()
    {
        Refused("RankedPairs", [Pairs[0]], "The training data has only one pair and no negatives; at least two pairs are needed to learn what is different.");
        var equal = PairData.Matching(Rows, 10);
        Refused("ScoredPairs", equal, "Column 'Score' has the same score in every row of the training data, so there is no order to learn.");
        foreach (var kind in PairTrainers.Kinds)
        {
            Assert.That(() => PairTrainers.Create(Ml, kind).Fit(PairData.View(Ml, [], dimension: 6)),
                Throws.InvalidOperationException.With.Message.EqualTo("The training data has no rows."));
        }
        Assert.That(
            () => PairTrainers.Create(Ml, "ContrastivePairs").Fit(Data, PairData.View(Ml, equal)),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "Nothing can be measured on the validation data: it needs pairs that belong together and pairs that do not. Give other rows, or train without validation."));

        static void Refused(string kind, PairRow[] pairs, string message) => Assert.That(
            () => PairTrainers.Create(Ml, kind).Fit(PairData.View(Ml, pairs)), Throws.InvalidOperationException.With.Message.EqualTo(message));
    }

    [Test]
    public void A_score_that_no_cosine_has_is_refused()
    {
        var pairs = PairData.Of(Rows, 10);
        pairs[3].Score = 4.5f;
        Assert.That(
            () => Ml.Similarity.Trainers.ScoredPairs(new ScoredPairsTrainer.Options { Loss = new CosineRegressionLoss() }).Fit(PairData.View(Ml, pairs)),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "Column 'Score' has the score 4.5; the loss compares it with a cosine, so it must be from -1 to 1. Rescale the scores, or use a loss on their order."));
    }

    [Test]
    public void Scores_that_are_missing_are_left_out_and_infinite_ones_refused()
    {
        var pairs = PairData.Of(Rows, 40);
        pairs[3].Score = float.NaN;
        var lines = new List<string>();
        var ml = new MLContext();
        ml.Log += (_, e) => lines.Add(e.Message);
        var summary = PairTrainers.Create(ml, "ScoredPairs").Fit(PairData.View(ml, pairs)).Summary;
        Assert.That(summary.TrainingRows + summary.ValidationRows, Is.EqualTo(39));
        Assert.That(lines, Has.Exactly(1).Contains("1 rows with NaN in column 'Score' were left out."));
        pairs[5].Score = float.PositiveInfinity;
        Assert.That(() => PairTrainers.Create(ml, "ScoredPairs").Fit(PairData.View(ml, pairs)), Throws.InvalidOperationException.With.Message.EqualTo(
            "Column 'Score' has the value Infinity in row 5 (counted from 0); it must be a finite number, or NaN where none is known."));
    }

    [Test]
    public void Ids_are_checked_against_the_items()
    {
        var items = PairData.Items(Rows);
        Refused(items[1..], "Column '", "an id that none of the items has.");
        Refused([.. items, items[4]], $"The id 'item 4' in column 'Id' is given to two items, the second in row {items.Length} (counted from 0).", "");
        Refused([.. items, new ItemRow { Features = items[0].Features }], $"The item in row {items.Length} (counted from 0) has no id in column 'Id'.", "");

        static void Refused(ItemRow[] items, string start, string end) => Assert.That(
            () => PairTrainers.Create(Ml, "RankedPairs", PairData.View(Ml, items)).Fit(PairData.View(Ml, [.. Pairs, new PairRow
            {
                Left = Rows[0].Features,
                Right = Rows[0].Features,
                Negative = Rows[0].Features,
                LeftId = "item 0",
                RightId = "item 1",
                NegativeId = "item 2",
            }])),
            Throws.InvalidOperationException.With.Message.StartsWith(start).And.Message.EndsWith(end));
    }

    [Test]
    public void Weights_are_checked()
    {
        Refused(o => o.ExampleWeightColumnName = "Same", Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Schema mismatch for example weight column 'Same': expected Single, got Boolean."));
        var pairs = PairData.Of(Rows, 10);
        foreach (var pair in pairs)
            pair.Margin = 0;
        Refused(o => o.ExampleWeightColumnName = "Margin", Throws.InvalidOperationException.With.Message.EqualTo(
            "Column 'Margin' has the weight 0 in every row of the training data, so nothing can be learned."), pairs);
        pairs[3].Margin = -1;
        Refused(o => o.ExampleWeightColumnName = "Margin", Throws.InvalidOperationException.With.Message.EqualTo(
            "Column 'Margin' has the weight -1 in row 3 (counted from 0); a weight must be a finite number of at least 0."), pairs);

        static void Refused(Action<PairTrainerOptions> change, NUnit.Framework.Constraints.IResolveConstraint how, PairRow[]? pairs = null) =>
            Assert.That(() => PairTrainers.Create(Ml, "Triplets", change: change).Fit(PairData.View(Ml, pairs ?? Pairs)), how);
    }

    [Test]
    public void A_loss_about_the_whole_batch_refuses_weights() => Assert.That(
        () => PairTrainers.Create(Ml, "ScoredPairs", change: o => o.ExampleWeightColumnName = "Margin").Fit(Data),
        Throws.InvalidOperationException.With.Message.StartsWith("CoSentLoss is about the batch as a whole and has no weights for single pairs"));
}
