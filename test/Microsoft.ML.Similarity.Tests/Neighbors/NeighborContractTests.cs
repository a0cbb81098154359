using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Tests.Contract;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

public sealed class NeighborContractTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [Test]
    public void A_classifier_keeps_the_contract_with_text_labels([Values] bool sparse) =>
        CheckClassifier(Ml.Data.LoadFromEnumerable(Examples.Clusters(c => $"class {c}", sparse: sparse)));

    [Test]
    public void A_classifier_keeps_the_contract_with_Boolean_labels() =>
        CheckClassifier(Ml.Data.LoadFromEnumerable(Examples.Clusters(c => c == 1)));

    [Test]
    public void A_classifier_keeps_the_contract_with_integer_labels()
    {
        CheckClassifier(Ml.Data.LoadFromEnumerable(Examples.Clusters(c => -c)));
        CheckClassifier(Ml.Data.LoadFromEnumerable(Examples.Clusters(c => (byte)c)));
        CheckClassifier(Ml.Data.LoadFromEnumerable(Examples.Clusters(c => ulong.MaxValue - (ulong)c)));
    }

    [Test]
    public void A_classifier_keeps_the_contract_with_key_labels()
    {
        CheckClassifier(WithKeys(Ml.Data.LoadFromEnumerable(Examples.Clusters(c => $"class {c}"))));
        CheckClassifier(WithKeys(Ml.Data.LoadFromEnumerable(Examples.Clusters(c => c * 0.5f))));
        CheckClassifier(Ml.Transforms.Conversion.Hash("Label", numberOfBits: 4)
            .Fit(Ml.Data.LoadFromEnumerable(Examples.Clusters(c => c))).Transform(Ml.Data.LoadFromEnumerable(Examples.Clusters(c => c))));
    }

    [Test]
    public void A_classifier_keeps_the_contract_with_row_ids() => EstimatorContract.Check(
        Ml,
        Ml.MulticlassClassification.Trainers.KNearestNeighbors(rowIdColumnName: "Id", votes: NeighborVotes.Softmax, metric: NeighborMetric.InnerProduct),
        Ml.Data.LoadFromEnumerable(Examples.Clusters(c => c)),
        invalid: Without(Ml.Data.LoadFromEnumerable(Examples.Clusters(c => c)), "Id"));

    [Test]
    public void Regression_keeps_the_contract([Values] bool sparse, [Values(NeighborMetric.Euclidean, NeighborMetric.Cosine)] NeighborMetric metric)
    {
        var data = Ml.Data.LoadFromEnumerable(Examples.Clusters(c => c, sparse: sparse));
        EstimatorContract.Check(
            Ml,
            Ml.Regression.Trainers.KNearestNeighbors("Target", metric: metric, votes: NeighborVotes.DistanceWeighted),
            data,
            transformOnly: Without(data, "Target"),
            invalid: Without(data, "Features"));
    }

    [Test]
    public void The_transform_keeps_the_contract([Values] bool sparse)
    {
        var data = WithKeys(Ml.Data.LoadFromEnumerable(Examples.Clusters(c => $"class {c}", sparse: sparse)));
        EstimatorContract.Check(
            Ml,
            Ml.Similarity.Transforms.NearestNeighbors(inputColumnName: "Features", columns: ["Label", "Id", "Target"]),
            data,
            transformOnly: Without(data, "Id"),
            invalid: Without(data, "Features"));
        EstimatorContract.Check(
            Ml, Ml.Similarity.Transforms.NearestNeighbors("Near", "Features", rowIdColumnName: "Label"), data, invalid: Without(data, "Label"));
    }

    [Test]
    public void The_transform_gives_back_columns_of_every_type()
    {
        var data = Ml.Data.LoadFromEnumerable(Enumerable.Range(0, 5).Select(i => new Typed
        {
            Bool = i % 2 == 0,
            SByte = (sbyte)-i,
            Byte = (byte)(250 + i),
            Short = (short)(-30000 - i),
            UShort = (ushort)(65000 + i),
            Int = int.MinValue + i,
            UInt = uint.MaxValue - (uint)i,
            Long = long.MinValue + i,
            ULong = ulong.MaxValue - (ulong)i,
            Float = i == 0 ? float.NaN : i,
            Double = Math.PI * i,
            Text = $"{i}",
            Day = new DateTime(2020 + i, 2, 29 - (i % 3) - 1, 13, 14, 15, (DateTimeKind)(i % 2 + 1)).AddTicks(i),
            Moment = new DateTimeOffset(2020 + i, 1, 2, 3, 4, 5, TimeSpan.FromMinutes((i * 45) - 90)),
            Span = TimeSpan.FromTicks(long.MinValue + i),
            RowId = new DataViewRowId(ulong.MaxValue - (ulong)i, (ulong)i << 63),
            Features = [i],
        }));
        string[] columns = [.. data.Schema.Select(c => c.Name).Where(n => n != "Features")];
        var transformer = EstimatorContract.Check(
            Ml, Ml.Similarity.Transforms.NearestNeighbors(inputColumnName: "Features", numberOfNeighbors: 1, columns: columns), data);
        var output = ViewSnapshot.Take(transformer.Transform(data));
        var schema = transformer.GetOutputSchema(data.Schema);
        foreach (var column in columns)
        {
            for (var row = 0; row < output.Count; row++)
                Assert.That(output[row][schema["Neighbor" + column].Index], Is.EqualTo(new[] { output[row][schema[column].Index] }), column);
        }
    }

    [Test]
    public void The_transform_gives_back_vectors_one_after_the_other()
    {
        var data = Ml.Data.LoadFromEnumerable(Enumerable.Range(0, 5).Select(i => new WithVectors
        {
            Bits = [i % 2 == 0, i > 2, true],
            Shorts = [(short)i, (short)-i],
            Numbers = [i, double.NaN, i / 3d],
            Features = [i],
        }));
        var transformer = (NearestNeighborsTransformer)EstimatorContract.Check(
            Ml, Ml.Similarity.Transforms.NearestNeighbors(inputColumnName: "Features", numberOfNeighbors: 2, columns: ["Bits", "Shorts", "Numbers", "Features"]), data);
        var query = Ml.Data.LoadFromEnumerable(new[] { new WithVectors { Features = [3.75f] } });
        var found = transformer.Transform(query);
        Assert.That(Examples.Vectors<bool>(found, "NeighborBits")[0], Is.EqualTo(new[] { true, true, true, false, true, true }));
        Assert.That(Examples.Vectors<short>(found, "NeighborShorts")[0], Is.EqualTo(new short[] { 4, -4, 3, -3 }));
        Assert.That(Examples.Vectors<double>(found, "NeighborNumbers")[0], Is.EqualTo(new[] { 4, double.NaN, 4 / 3d, 3, double.NaN, 1 }));
        Assert.That(found.Schema["NeighborNumbers"].Type, Is.EqualTo(new VectorDataViewType(NumberDataViewType.Double, 0, 3)));

        var changed = transformer.RemoveRows([4]).AddRows(data);
        var loaded = EstimatorContract.SaveAndLoad(Ml, changed, data.Schema, out _);
        Assert.That(Examples.Vectors<float>(loaded.Transform(query), "NeighborFeatures")[0], Is.EqualTo(new float[] { 4, 3 }));
        Assert.That(() => changed.AddRows(Ml.Transforms.Concatenate("Shorts", "Shorts", "Shorts").Fit(data).Transform(data)),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
                "Schema mismatch for neighbour column 'Shorts': expected Vector<Int16, 2>, got Vector<Int16, 4>."));
    }

    private static void CheckClassifier(IDataView data)
    {
        var model = EstimatorContract.Check(
            Ml,
            Ml.MulticlassClassification.Trainers.KNearestNeighbors(numberOfNeighbors: 3, votes: NeighborVotes.DistanceWeighted),
            data,
            transformOnly: Without(data, "Label"),
            invalid: Without(data, "Features"),
            fitOnly: OtherDimension(data));
        // Transforming one's own output must give the scores a set number of their own, and hide the old columns.
        var twice = model.Transform(model.Transform(data));
        Assert.That(twice.Schema["Score"].Index, Is.EqualTo(twice.Schema.Count - 1));
        var set = 0u;
        twice.Schema["Score"].Annotations.GetValue("ScoreColumnSetId", ref set);
        Assert.That(set, Is.EqualTo(2));
    }

    private static IDataView WithKeys(IDataView data) => Ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);

    private static IDataView Without(IDataView data, string column) => Ml.Transforms.DropColumns(column).Fit(data).Transform(data);

    private static IDataView OtherDimension(IDataView data) =>
        Ml.Transforms.Concatenate("Features", "Features", "Target").Fit(data).Transform(data);

    private sealed class WithVectors
    {
        [VectorType(3)]
        public bool[] Bits { get; set; } = new bool[3];

        [VectorType(2)]
        public short[] Shorts { get; set; } = new short[2];

        [VectorType(3)]
        public double[] Numbers { get; set; } = new double[3];

        [VectorType(1)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Typed
    {
        public bool Bool { get; set; }

        public sbyte SByte { get; set; }

        public byte Byte { get; set; }

        public short Short { get; set; }

        public ushort UShort { get; set; }

        public int Int { get; set; }

        public uint UInt { get; set; }

        public long Long { get; set; }

        public ulong ULong { get; set; }

        public float Float { get; set; }

        public double Double { get; set; }

        public string Text { get; set; } = "";

        public DateTime Day { get; set; }

        public DateTimeOffset Moment { get; set; }

        public TimeSpan Span { get; set; }

        public DataViewRowId RowId { get; set; }

        [VectorType(1)]
        public float[] Features { get; set; } = [];
    }
}
