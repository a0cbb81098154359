using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Tests.Contract;
using Microsoft.ML.Similarity.Tests.Neighbors;
using Microsoft.ML.Similarity.Tests.Training;

namespace Microsoft.ML.Similarity.Tests.Trainers.Pairs;

public sealed class PairContractTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly LabelledRow[] Rows = TrainingData.Blobs();
    private static readonly PairRow[] Pairs = PairData.Of(Rows, 40);
    private static readonly IDataView Data = PairData.View(Ml, Pairs);
    private static readonly IDataView Items = PairData.View(Ml, PairData.Items(Rows));

    [Test]
    public void Every_trainer_with_every_encoder_keeps_the_contract([ValueSource(typeof(PairTrainers), nameof(PairTrainers.Kinds))] string kind)
    {
        Encoder[] encoders =
        [
            new LinearEncoder { OutputDimension = 3 },
            new MlpEncoder { OutputDimension = 2, HiddenWidths = [5, 4], Dropout = 0.2, BatchNorm = true, LinearShortcut = false, L2Normalize = false },
        ];
        var wide = PairData.View(Ml, PairData.Of(TrainingData.Blobs(dimension: 7), 40));
        foreach (var encoder in encoders)
        {
            EstimatorContract.Check(
                Ml,
                PairTrainers.Create(Ml, kind, change: o => o.Encoder = encoder),
                Data,
                transformOnly: Without("Right"),
                invalid: Ml.Transforms.CopyColumns("Left", "LeftId").Fit(Data).Transform(Data),
                fitOnly: wide);
        }
    }

    [Test]
    public void Every_trainer_keeps_the_contract_with_ids_of_items([ValueSource(typeof(PairTrainers), nameof(PairTrainers.Kinds))] string kind)
    {
        var model = (PairEmbeddingTransformer)EstimatorContract.Check(
            Ml,
            PairTrainers.Create(Ml, kind, Items),
            Data,
            transformOnly: Without("RightId"),
            invalid: Ml.Transforms.CopyColumns("LeftId", "Left").Fit(Data).Transform(Data));
        var known = Examples.Vectors<float>(model.ForColumn().Transform(Items), "Embedding");
        var looked = Examples.Vectors<float>(model.Transform(Data), "LeftIdEmbedding");
        for (var i = 0; i < Pairs.Length; i++)
            Assert.That(looked[i], Is.EqualTo(known[int.Parse(Pairs[i].LeftId["item ".Length..], null)]).Within(1e-5f));
    }

    [Test]
    public void Ids_of_items_teach_what_their_features_teach([ValueSource(typeof(PairTrainers), nameof(PairTrainers.Kinds))] string kind)
    {
        var byFeatures = PairTrainers.Create(Ml, kind).Fit(Data);
        var byIds = PairTrainers.Create(Ml, kind, Items).Fit(Data);
        var items = PairData.View(Ml, PairData.Items(Rows));
        var expected = Examples.Vectors<float>(byFeatures.ForColumn().Transform(items), "Embedding");
        var actual = Examples.Vectors<float>(byIds.ForColumn().Transform(items), "Embedding");
        for (var i = 0; i < expected.Length; i++)
            Assert.That(actual[i], Is.EqualTo(expected[i]).Within(1e-4f));
    }

    [Test]
    public void An_id_that_no_item_had_gives_NaN()
    {
        var model = PairTrainers.Create(Ml, "RankedPairs", Items).Fit(Data);
        PairRow stranger = new() { Left = Rows[0].Features, Right = Rows[0].Features, Negative = Rows[0].Features, LeftId = "nobody", RightId = "item 0" };
        var embedded = model.Transform(PairData.View(Ml, stranger));
        Assert.That(Examples.Vectors<float>(embedded, "LeftIdEmbedding")[0], Is.All.NaN);
        Assert.That(Examples.Vectors<float>(embedded, "RightIdEmbedding")[0], Has.None.NaN);
    }

    private static IDataView Without(string column) => Ml.Transforms.DropColumns(column).Fit(Data).Transform(Data);
}
