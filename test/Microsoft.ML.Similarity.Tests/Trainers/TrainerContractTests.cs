using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Tests.Contract;
using Microsoft.ML.Similarity.Tests.Neighbors;
using Microsoft.ML.Similarity.Tests.Training;
using Microsoft.ML.Similarity.Trainers;

namespace Microsoft.ML.Similarity.Tests.Trainers;

public sealed class TrainerContractTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [Test]
    public void Every_trainer_keeps_the_contract([Values] bool sparse)
    {
        var data = Ml.Data.LoadFromEnumerable(Examples.Clusters(c => $"class {c}", sparse: sparse));
        EstimatorContract.Check(
            Ml, Ml.Similarity.Trainers.MetricLearning(exampleWeightColumnName: "Target"), data, transformOnly: Without(data, "Target"), invalid: Without(data, "Features"));
        Check(data, Ml.Similarity.Trainers.Contrastive());
        foreach (var mining in Enum.GetValues<TripletMining>())
            Check(data, Ml.Similarity.Trainers.Triplet(mining: mining));
        Check(data, Ml.Similarity.Trainers.Triplet(margin: 0, softMargin: true));
    }

    [Test]
    public void Labels_of_every_type_keep_the_contract()
    {
        CheckLabels(c => $"class {c}");
        CheckLabels(c => c == 1);
        CheckLabels(c => (sbyte)-c);
        CheckLabels(c => (byte)c);
        CheckLabels(c => (short)-c);
        CheckLabels(c => (ushort)c);
        CheckLabels(c => -c);
        CheckLabels(c => uint.MaxValue - (uint)c);
        CheckLabels(c => long.MinValue + c);
        CheckLabels(c => ulong.MaxValue - (ulong)c);
    }

    [Test]
    public void Key_labels_keep_the_contract_with_and_without_values()
    {
        var text = Ml.Data.LoadFromEnumerable(Examples.Clusters(c => $"class {c}"));
        Check(Ml.Transforms.Conversion.MapValueToKey("Label").Fit(text).Transform(text), Small());
        var hashed = Ml.Transforms.Conversion.Hash("Label").Fit(text).Transform(text);
        Check(hashed, Small());
    }

    [Test]
    public void Every_encoder_keeps_the_contract([Values] bool normalize)
    {
        var data = Ml.Data.LoadFromEnumerable(Examples.Clusters(c => c));
        Check(data, Small(o => o.Encoder = new LinearEncoder { OutputDimension = 2, L2Normalize = normalize, StandardizeInputs = normalize }));
        foreach (var activation in Enum.GetValues<Activation>())
        {
            Check(data, Small(o => o.Encoder = new MlpEncoder
            {
                OutputDimension = 3,
                HiddenWidths = [5, 4],
                Activation = activation,
                Dropout = 0.2,
                BatchNorm = normalize,
                LinearShortcut = !normalize,
                L2Normalize = normalize,
            }));
        }
    }

    [Test]
    public void The_type_of_the_label_does_not_change_what_is_learned()
    {
        var text = Ml.Data.LoadFromEnumerable(Examples.Clusters(c => $"class {c}"));
        var expected = Fast.WeightBits(Small().Fit(text));
        IDataView[] others =
        [
            Ml.Transforms.Conversion.MapValueToKey("Label").Fit(text).Transform(text),
            Ml.Data.LoadFromEnumerable(Examples.Clusters(c => long.MinValue + c)),
            Ml.Data.LoadFromEnumerable(Examples.Clusters(c => (byte)c)),
        ];
        foreach (var other in others)
            Assert.That(Fast.WeightBits(Small().Fit(other)), Is.EqualTo(expected));
    }

    // One slot of six: sparse enough to be kept so.
    [Test]
    public void Sparse_and_dense_rows_teach_the_same()
    {
        var rows = TrainingData.Blobs(classes: 6, rowsPerClass: 6);
        for (var i = 0; i < rows.Length; i++)
            rows[i].Features = [.. rows[i].Features.Select((value, slot) => slot == i % 6 ? value : 0)];
        rows[0].Features = new float[6];
        var dense = TrainingData.View(Ml, rows);
        var sparse = Ml.Data.LoadFromEnumerable(rows.Select((row, i) => new SparseRow
        {
            Label = row.Label,
            Features = i == 0 ? new VBuffer<float>(6, 0, [], []) : new VBuffer<float>(6, 1, [row.Features[i % 6]], [i % 6]),
        }));
        Assert.That(Fast.WeightBits(Small().Fit(sparse)), Is.EqualTo(Fast.WeightBits(Small().Fit(dense))));
    }

    private static void CheckLabels<TLabel>(Func<int, TLabel> label) => Check(Ml.Data.LoadFromEnumerable(Examples.Clusters(label)), Small());

    private static MetricLearningTrainer Small(Action<MetricLearningTrainer.Options>? change = null) =>
        Ml.Similarity.Trainers.MetricLearning(Fast.Options(o =>
        {
            o.MaximumNumberOfEpochs = 2;
            change?.Invoke(o);
        }));

    private static void Check(IDataView data, MetricLearningTrainer trainer) => EstimatorContract.Check(
        Ml,
        trainer,
        data,
        transformOnly: Without(data, "Label"),
        invalid: Without(data, "Features"),
        fitOnly: Ml.Transforms.Concatenate("Features", "Features", "Target").Fit(data).Transform(data));

    private static IDataView Without(IDataView data, string column) => Ml.Transforms.DropColumns(column).Fit(data).Transform(data);

    private sealed class SparseRow
    {
        public string Label { get; set; } = "";

        [VectorType(6)]
        public VBuffer<float> Features { get; set; }
    }
}
