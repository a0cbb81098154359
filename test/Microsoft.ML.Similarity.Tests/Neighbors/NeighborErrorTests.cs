using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

public sealed class NeighborErrorTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly IDataView Data = Ml.Data.LoadFromEnumerable(Examples.Clusters(c => $"class {c}"));

    [Test]
    public void Options_out_of_range_are_refused()
    {
        Refused<ArgumentOutOfRangeException>(() => Classify(numberOfNeighbors: 0), "NumberOfNeighbors is 0; it must be at least 1.");
        Refused<ArgumentOutOfRangeException>(() => Ml.Regression.Trainers.KNearestNeighbors(numberOfNeighbors: -3), "NumberOfNeighbors is -3; it must be at least 1.");
        Refused<ArgumentOutOfRangeException>(() => Ml.Similarity.Transforms.NearestNeighbors(numberOfNeighbors: 0), "NumberOfNeighbors is 0; it must be at least 1.");
        Refused<ArgumentOutOfRangeException>(
            () => Ml.MulticlassClassification.Trainers.KNearestNeighbors(metric: (NeighborMetric)9), "Metric is 9; it must be one of Euclidean, Cosine, InnerProduct, SquaredEuclidean.");
        Refused<ArgumentOutOfRangeException>(
            () => Ml.Regression.Trainers.KNearestNeighbors(votes: (NeighborVotes)9), "Votes is 9; it must be one of Uniform, DistanceWeighted, Softmax.");
        Refused<ArgumentException>(
            () => Ml.MulticlassClassification.Trainers.KNearestNeighbors(metric: NeighborMetric.InnerProduct, votes: NeighborVotes.DistanceWeighted),
            "Votes is DistanceWeighted and Metric is InnerProduct, whose distances may be negative: use Softmax or Uniform votes, or another metric.");
        Refused<ArgumentException>(
            () => Ml.Similarity.Transforms.NearestNeighbors(columns: ["Id", "Id"]), "Columns names 'Id' more than once.");
        Refused<ArgumentException>(
            () => Ml.Similarity.Transforms.NearestNeighbors(columns: ["Row"]),
            "Columns names 'Row', whose output 'NeighborRow' the transform itself adds: rename the column first.");
    }

    [TestCase(0f, "0")]
    [TestCase(-1f, "-1")]
    [TestCase(float.NaN, "NaN")]
    [TestCase(float.PositiveInfinity, "Infinity")]
    public void A_temperature_must_be_above_0(float temperature, string shown) => Refused<ArgumentOutOfRangeException>(
        () => Ml.MulticlassClassification.Trainers.KNearestNeighbors(new KNearestNeighborsMulticlassTrainer.Options { Temperature = temperature }),
        $"Temperature is {shown}; it must be a finite number above 0.");

    [Test]
    public void Columns_missing_or_of_another_type_are_refused()
    {
        Refused<ArgumentOutOfRangeException>(() => Classify("Nope").Fit(Data), "Could not find the label column 'Nope' in the input schema.");
        Refused<ArgumentOutOfRangeException>(() => Classify("Target").Fit(Data),
            "Schema mismatch for label column 'Target': expected Key, String, an integer type or Boolean, got Single.");
        Refused<ArgumentOutOfRangeException>(() => Classify("Label", "Nope").Fit(Data), "Could not find the feature column 'Nope' in the input schema.");
        Refused<ArgumentOutOfRangeException>(() => Classify("Label", "Target").Fit(Data),
            "Schema mismatch for feature column 'Target': expected Vector<Single>, got Single.");
        Refused<ArgumentOutOfRangeException>(() => Ml.Regression.Trainers.KNearestNeighbors("Label").Fit(Data),
            "Schema mismatch for label column 'Label': expected Single, got String.");
        Refused<ArgumentOutOfRangeException>(() => Ml.MulticlassClassification.Trainers.KNearestNeighbors(rowIdColumnName: "Target").Fit(Data),
            "Schema mismatch for row id column 'Target': expected Key, String, an integer type or Boolean, got Single.");
        Refused<ArgumentOutOfRangeException>(() => Search("Nope").Fit(Data),
            "Could not find the column 'Nope', to be given back for each neighbour, in the input schema.");
        var texts = Ml.Transforms.Concatenate("Texts", "Id", "Id").Fit(Data).Transform(Data);
        Refused<ArgumentOutOfRangeException>(() => Search("Texts").Fit(texts),
            "Schema mismatch for neighbour column 'Texts': expected Key, String, Boolean, a number, DateTime, DateTimeOffset, TimeSpan, DataViewRowId, or a vector of known size of numbers or Boolean, got Vector<String>.");
    }

    [Test]
    public void Another_dimension_is_refused_by_Transform()
    {
        var wider = Ml.Transforms.Concatenate("Features", "Features", "Target").Fit(Data).Transform(Data);
        Refused<ArgumentOutOfRangeException>(() => Classify().Fit(Data).Transform(wider),
            "Schema mismatch for feature column 'Features': expected Vector<Single, 3>, got Vector<Single, 4>.");
    }

    [Test]
    public void Data_without_rows_is_refused()
    {
        var none = Ml.Data.SkipRows(Data, 1000);
        Refused<InvalidOperationException>(() => Classify().Fit(none), "The data has no rows with a label in column 'Label'.");
        Refused<InvalidOperationException>(() => Ml.Regression.Trainers.KNearestNeighbors("Target").Fit(none), "The data has no rows with a label in column 'Target'.");
        Refused<InvalidOperationException>(() => Search().Fit(none), "The data has no rows.");
    }

    [Test]
    public void Features_that_are_not_finite_are_refused_by_Fit()
    {
        var data = Ml.Data.LoadFromEnumerable(new[] { Examples.At("a", 1, 2, 3), Examples.At("b", 1, float.PositiveInfinity, 3) });
        Refused<InvalidOperationException>(() => Classify().Fit(data),
            "Column 'Features' has the value Infinity in row 1 (counted from 0), slot 1; every feature must be a finite number.");
    }

    [Test]
    public void An_infinite_target_is_refused()
    {
        var data = Ml.Data.LoadFromEnumerable(new[] { new Example<string> { Target = float.NegativeInfinity, Features = Examples.At("", 1, 2, 3).Features } });
        Refused<InvalidOperationException>(() => Ml.Regression.Trainers.KNearestNeighbors("Target").Fit(data),
            "Label column 'Target' has the value -Infinity in row 0 (counted from 0); a label must be a finite number, or NaN where it is missing.");
    }

    [Test]
    public void Keys_too_many_to_be_classes_are_refused()
    {
        var hashed = Ml.Transforms.Conversion.Hash("Label").Fit(Data).Transform(Data);
        Refused<InvalidOperationException>(() => Classify().Fit(hashed),
            "Key column 'Label' has 2147483648 keys, more than the 10000000 supported. Map its values to keys with MapValueToKey, which numbers only those that occur.");
    }

    private static KNearestNeighborsMulticlassTrainer Classify(string label = "Label", string features = "Features", int numberOfNeighbors = 5) =>
        Ml.MulticlassClassification.Trainers.KNearestNeighbors(label, features, numberOfNeighbors);

    private static NearestNeighborsEstimator Search(params string[] columns) =>
        Ml.Similarity.Transforms.NearestNeighbors(inputColumnName: "Features", columns: columns);

    private static void Refused<TException>(Func<object> action, string message)
        where TException : Exception =>
        Assert.That(() => action(), Throws.InstanceOf<TException>().With.Message.StartsWith(message));
}
