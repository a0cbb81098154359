using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Relations;
using Microsoft.ML.Similarity.Tests.Contract;
using Microsoft.ML.Similarity.Tests.Training;
using Microsoft.ML.Similarity.Trainers;

namespace Microsoft.ML.Similarity.Tests.Trainers;

/// <summary>Rows that belong together by other rules than equal labels.</summary>
public sealed class RelationTrainingTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [Test]
    public void Rules_that_come_to_equal_labels_teach_what_equal_labels_teach()
    {
        var rows = TrainingData.Blobs();
        var expected = Trained(TrainingData.View(Ml, rows), new SameLabel());
        Assert.That(Trained(TrainingData.View(Ml, rows), new LabelPredicate<string>((x, y) => x == y)), Is.EqualTo(expected));
        Assert.That(Trained(Sets(rows, label => [label]), new SharedLabels()), Is.EqualTo(expected));
        Assert.That(Trained(Sets(rows, label => [label, "thing"]), new SharedLabels { MinimumOverlap = 0.5 }), Is.Not.EqualTo(expected), "batches are dealt by either label");

        static int[] Trained(IDataView data, RowRelation relation) => Fast.WeightBits(Fast.Fit(Ml, data, o =>
            (o.Relation, o.Miner, o.Loss, o.ValidationFraction) = (relation, new BatchHardMiner(), new TripletLoss(), 0)));
    }

    [Test]
    public void Rows_of_several_labels_learn_what_they_share()
    {
        var training = Sets([.. TrainingData.Digits.Where((_, i) => i % 3 != 0)], Kinds);
        var heldOut = Sets([.. TrainingData.Digits.Where((_, i) => i % 3 == 0)], Kinds);
        var relation = new SharedLabels { MinimumOverlap = 0.5 };
        var model = Ml.Similarity.Trainers.MetricLearning(new MetricLearningTrainer.Options { Relation = relation, Seed = 1 }).Fit(training);
        var learned = Ml.Similarity.EvaluateRetrieval(model.Transform(heldOut), "Label", "Embedding", relation: relation).MeanAveragePrecisionAtR;
        var raw = Ml.Similarity.EvaluateRetrieval(heldOut, "Label", "Features", relation: relation).MeanAveragePrecisionAtR;
        TestContext.Out.WriteLine($"MAP@R {learned:F3}, raw {raw:F3}, validation {model.Summary.Epochs[^1].ValidationMetric:F3}");
        Assert.That(learned, Is.GreaterThan(raw + 0.1));
        Assert.That(model.Summary.Epochs[^1].ValidationMetric, Is.EqualTo(learned).Within(0.1));

        // What a digit is like: 0, 6, 8 and 9 have loops, some are even, some are below 5.
        static string[] Kinds(string digit) =>
            [.. new[] { "0689".Contains(digit[0], StringComparison.Ordinal) ? "loop" : "line", digit[0] % 2 == 0 ? "even" : "odd", digit[0] < '5' ? "small" : "large" }];
    }

    [Test]
    public void Every_relation_keeps_the_contract()
    {
        var rows = TrainingData.Blobs();
        foreach (var (data, relation) in new (IDataView, RowRelation)[]
        {
            (Sets(rows, label => [label, "thing"]), new SharedLabels { MinimumOverlap = 0.9 }),
            (TrainingData.View(Ml, rows), new LabelPredicate<string>((x, y) => x[^1] / 2 == y[^1] / 2)),
        })
        {
            EstimatorContract.Check(
                Ml,
                Ml.Similarity.Trainers.MetricLearning(Fast.Options(o => o.Relation = relation)),
                data,
                transformOnly: Ml.Transforms.DropColumns("Label").Fit(data).Transform(data),
                invalid: Ml.Transforms.DropColumns("Features").Fit(data).Transform(data));
        }
    }

    [Test]
    public void Labels_of_another_form_than_the_relation_takes_are_refused()
    {
        var rows = TrainingData.Blobs();
        Refused(Sets(rows, label => [label]), new SameLabel(), "Schema mismatch for label column 'Label': expected Key, String, an integer type or Boolean, got ", "Vector<String");
        Refused(TrainingData.View(Ml, rows), new SharedLabels(), "Schema mismatch for label column 'Label': expected ", "got String.");

        static void Refused(IDataView data, RowRelation relation, string start, string contains) => Assert.That(
            () => Fast.Fit(Ml, data, o => o.Relation = relation),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith(start).And.Message.Contains(contains));
    }

    [Test]
    public void Data_without_contrast_is_refused()
    {
        var rows = TrainingData.Blobs();
        Refused(Sets(rows, label => [label, "thing"]), new SharedLabels(), "By the labels in column 'Label', all rows of the training data belong together; some must, and some must not.");
        Refused(TrainingData.View(Ml, rows), new LabelPredicate<string>((_, _) => false), "By the labels in column 'Label', no rows of the training data belong together; some must, and some must not.");

        static void Refused(IDataView data, RowRelation relation, string message) => Assert.That(
            () => Fast.Fit(Ml, data, o => o.Relation = relation), Throws.InvalidOperationException.With.Message.EqualTo(message));
    }

    [Test]
    public void Losses_with_vectors_of_classes_need_equal_labels() => Assert.That(
        () => Ml.Similarity.Trainers.MetricLearning(Fast.Options(o => (o.Loss, o.Relation) = (new ArcFaceLoss(), new LabelPredicate<string>((_, _) => true)))),
        Throws.ArgumentException.With.Message.EqualTo("Loss is ArcFaceLoss, which needs rows related by equal labels; Relation is LabelPredicate. (Parameter 'Loss')"));

    private static IDataView Sets(LabelledRow[] rows, Func<string, string[]> labels)
    {
        var schema = SchemaDefinition.Create(typeof(SetRow));
        schema[nameof(SetRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Features.Length);
        return Ml.Data.LoadFromEnumerable(rows.Select(row => new SetRow { Label = labels(row.Label), Features = row.Features }), schema);
    }

    private sealed class SetRow
    {
        public string[] Label { get; set; } = [];

        public float[] Features { get; set; } = [];
    }
}
