using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Training;

namespace Microsoft.ML.Similarity.Tests.Training;

public sealed class ReadingTests
{
    private static readonly MLContext Ml = new();
    private static readonly LabelledRow[] Rows = TrainingData.Blobs(classes: 4, rowsPerClass: 20);

    [Test]
    public void A_source_that_fails_says_in_which_row([Values(0, 17, 79)] int row)
    {
        var mine = new InvalidDataException("the disk is wet");
        Assert.That(
            () => Fast.Fit(Ml, TrainingData.View(Ml, Failing(row, mine), dimension: 6)),
            Throws.TypeOf<InvalidOperationException>().With.InnerException.SameAs(mine)
                .And.Message.EqualTo($"Reading the training data failed in row {row} (counted from 0): the disk is wet"));
    }

    // Transforms compute rows ahead, on several threads.
    [Test]
    public void A_transform_that_fails_says_in_which_row([Values(3, 1503)] int row)
    {
        var mine = new InvalidDataException("no such word");
        var rows = Enumerable.Repeat(Rows, 20).SelectMany(each => each).ToArray();
        rows[row] = TrainingData.Row("none", rows[row].Features);
        var schema = SchemaDefinition.Create(typeof(Mapped));
        schema[nameof(Mapped.Mine)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 6);
        var data = TrainingData.View(Ml, rows);
        var mapped = Ml.Transforms.CustomMapping<LabelledRow, Mapped>(
            (from, to) => to.Mine = from.Label == "none" ? throw mine : from.Features, contractName: null, outputSchemaDefinition: schema)
            .Fit(data).Transform(data);
        Assert.That(
            () => Fast.Fit(Ml, mapped, o => o.FeatureColumnName = nameof(Mapped.Mine)),
            Throws.TypeOf<InvalidOperationException>().With.InnerException.SameAs(mine)
                .And.Message.EqualTo($"Reading the training data failed in row {row} (counted from 0), column 'Mine': no such word"));
    }

    [Test]
    public void A_source_behind_transforms_that_fails_only_once_says_where_it_was()
    {
        var fails = true;
        var data = TrainingData.View(Ml, Once(), dimension: 6);
        Assert.That(
            () => Fast.Fit(Ml, Ml.Transforms.CopyColumns("Copy", "Features").Append(Ml.Transforms.NormalizeMinMax("Copy", fixZero: false)).Fit(TrainingData.View(Ml, Rows)).Transform(data), o => o.FeatureColumnName = "Copy"),
            Throws.InvalidOperationException.With.Message.EqualTo("Reading the training data failed in row 0 (counted from 0), or in one of those after it: gone"));

        IEnumerable<LabelledRow> Once()
        {
            for (var i = 0; i < Rows.Length; i++)
            {
                if (i == 9 && fails)
                {
                    fails = false;
                    throw new InvalidDataException("gone");
                }
                yield return Rows[i];
            }
        }
    }

    [Test]
    public void Validation_data_that_fails_is_called_so() => Assert.That(
        () => Ml.Similarity.Trainers.MetricLearning(Fast.Options())
            .Fit(TrainingData.View(Ml, Rows), TrainingData.View(Ml, Failing(5, new InvalidDataException("gone")), dimension: 6)),
        Throws.InvalidOperationException.With.Message.EqualTo("Reading the validation data failed in row 5 (counted from 0): gone"));

    [Test]
    public void What_is_wrong_with_a_row_is_said_once()
    {
        LabelledRow[] rows = [.. Rows];
        rows[7] = TrainingData.Row("class 1", 0, 0, float.NaN, 0, 0, 0);
        Assert.That(
            () => Fast.Fit(Ml, TrainingData.View(Ml, rows)),
            Throws.InvalidOperationException.With.Message.StartsWith("Column 'Features' has the value NaN in row 7 (counted from 0), slot 2;"));
    }

    [Test]
    public void A_source_that_was_cancelled_is_not_one_that_failed()
    {
        var mine = new OperationCanceledException("mine");
        Assert.That(() => Fast.Fit(Ml, TrainingData.View(Ml, Failing(9, mine), dimension: 6)), Throws.Exception.SameAs(mine));
    }

    [Test]
    public void Each_table_is_reported_when_it_was_read()
    {
        var reports = new List<ReadingProgress>();
        Ml.Similarity.Trainers.MetricLearning(Fast.Options(o => o.ReadingProgress = new Receiver<ReadingProgress>(reports.Add)))
            .Fit(TrainingData.View(Ml, Rows), TrainingData.View(Ml, Rows[..40]));
        Assert.That(
            reports.Select(report => (report.Table, report.RowsRead, report.IsComplete)),
            Is.EqualTo(new[] { ("training data", 80L, true), ("validation data", 40L, true) }));
        Assert.That(reports, Has.All.Matches<ReadingProgress>(
            report => report!.Elapsed > TimeSpan.Zero && Math.Abs(report.RowsPerSecond * report.Elapsed.TotalSeconds - report.RowsRead) < 1e-6));
    }

    [Test]
    public void Long_reading_is_reported_in_between_with_the_number_of_rows_where_it_is_known()
    {
        var reports = new List<ReadingProgress>();
        var rows = Enumerable.Repeat(Rows, 50).SelectMany(row => row).ToArray();
        var schema = SchemaDefinition.Create(typeof(LabelledRow));
        schema[nameof(LabelledRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 6);
        var data = Ml.Data.LoadFromEnumerable(rows, schema);
        var asleep = false;
        Fast.Fit(Ml, Ml.Data.LoadFromEnumerable(Slowly(), schema), o =>
        {
            o.MaximumNumberOfEpochs = 1;
            o.ReadingProgress = new Receiver<ReadingProgress>(reports.Add);
        });
        Assert.That(reports.Select(report => (report.RowsRead, report.IsComplete)), Is.EqualTo(new[] { (1024L, false), (4000L, true) }));
        Assert.That(reports[0].TotalRows, Is.Null);

        reports.Clear();
        Fast.Fit(Ml, Ml.Data.Cache(data), o => o.ReadingProgress = new Receiver<ReadingProgress>(reports.Add));
        Assert.That(reports[^1].TotalRows, Is.EqualTo(4000));

        IEnumerable<LabelledRow> Slowly()
        {
            for (var i = 0; i < rows.Length; i++)
            {
                if (i == 1000 && !asleep)
                {
                    asleep = true;
                    Thread.Sleep(1100);
                }
                yield return rows[i];
            }
        }
    }

    [Test]
    public void A_receiver_that_throws_ends_the_reading_with_its_exception()
    {
        var mine = new InvalidDataException("mine");
        Assert.That(
            () => Fast.Fit(Ml, TrainingData.View(Ml, Rows), o => o.ReadingProgress = new Receiver<ReadingProgress>(_ => throw mine)),
            Throws.Exception.SameAs(mine));
    }

    private static IEnumerable<LabelledRow> Failing(int row, Exception exception)
    {
        for (var i = 0; i < Rows.Length; i++)
            yield return i == row ? throw exception : Rows[i];
    }

    private sealed class Mapped
    {
        public float[] Mine { get; set; } = [];
    }
}
