using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Tests.Contract;

/// <summary>The contract passes what keeps it, and finds what breaks it.</summary>
public sealed class EstimatorContractTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly Row[] Rows = [.. Enumerable.Range(0, 10).Select(i => new Row { Label = $"{(char)('a' + i % 3)}", Features = [i, i * i] })];
    private static readonly IDataView Data = Ml.Data.LoadFromEnumerable(Rows);

    [Test]
    public void An_estimator_of_ML_NET_keeps_it() => EstimatorContract.Check(
        Ml,
        Ml.Transforms.Conversion.MapValueToKey("Key", "Label"),
        Data,
        invalid: Ml.Transforms.DropColumns("Label").Fit(Data).Transform(Data));

    [Test]
    public void A_column_not_promised_is_found() => Breaks(
        new Liar(promises: Ml.Transforms.CopyColumns("Copy", "Label"), delivers: Ml.Transforms.CopyColumns("Other", "Label")),
        "the columns delivered against those promised");

    [Test]
    public void An_annotation_not_promised_is_found() => Breaks(
        new Liar(
            promises: Ml.Transforms.Conversion.ConvertType("Key", "Label", DataKind.Boolean),
            delivers: Ml.Transforms.Conversion.MapValueToKey("Key", "Label")),
        "column 'Key' lacks something promised");

    [Test]
    public void Accepting_bad_data_is_found() => Assert.That(
        () => EstimatorContract.Check(Ml, Ml.Transforms.CopyColumns("Copy", "Label"), Data, invalid: Data),
        Throws.InstanceOf<AssertionException>().With.Message.Contains("GetOutputSchema on data that Fit must refuse"));

    [Test]
    public void Values_that_change_between_readings_are_found()
    {
        var calls = 0;
        var changing = Ml.Transforms.CustomMapping<Row, Number>((_, output) => output.Value = calls++, null);
        var view = changing.Fit(Data).Transform(Data);
        var expected = ViewSnapshot.Take(view);
        Assert.That(() => RowContract.Holds(view, expected, 0, "the view"),
            Throws.InstanceOf<AssertionException>().With.Message.Contains("the view, all columns: row 0, column 'Value': expected 0, got 10"));
    }

    private static void Breaks(IEstimator<ITransformer> estimator, string message) => Assert.That(
        () => EstimatorContract.Check(Ml, estimator, Data), Throws.InstanceOf<AssertionException>().With.Message.Contains(message));

    private sealed class Row
    {
        public string Label { get; set; } = "";

        [VectorType(2)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Number
    {
        public float Value { get; set; }
    }

    private sealed class Liar(IEstimator<ITransformer> promises, IEstimator<ITransformer> delivers) : IEstimator<ITransformer>
    {
        public ITransformer Fit(IDataView input) => delivers.Fit(input);

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => promises.GetOutputSchema(inputSchema);
    }
}
