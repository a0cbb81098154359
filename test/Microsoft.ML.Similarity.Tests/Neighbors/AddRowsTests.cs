using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Tests.Contract;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

public sealed class AddRowsTests
{
    private static readonly MLContext Ml = new(seed: 1);

    private static readonly IDataView Old = Ml.Data.LoadFromEnumerable(new[] { At("a", 0), At("b", 10) });
    private static readonly IDataView New = Ml.Data.LoadFromEnumerable(new[] { At("c", 20), At("a", 30) });

    [Test]
    public void New_classes_are_found_and_the_old_transformer_stays_as_it_is()
    {
        var model = Ml.MulticlassClassification.Trainers.KNearestNeighbors(numberOfNeighbors: 1).Fit(Old);
        var view = model.Transform(New);
        using var engine = Ml.Model.CreatePredictionEngine<Example<string>, Prediction>(model);

        var more = model.AddRows(New);
        Assert.That((model.Count, more.Count), Is.EqualTo((2, 4)));
        Assert.That(Labels(more.Transform(New)), Is.EqualTo(new[] { "c", "a" }));
        Assert.That(Examples.KeyTexts(more.Transform(New).Schema, "PredictedLabel"), Is.EqualTo(new[] { "a", "b", "c" }), "old classes keep their numbers");

        Assert.That(Labels(view), Is.EqualTo(new[] { "b", "b" }));
        Assert.That(Examples.Vectors<float>(view, "Score")[0], Is.EqualTo(new float[] { 0, 1 }));
        Assert.That(Examples.KeyTexts(view.Schema, "PredictedLabel"), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(engine.Predict(At("", 20)).Score, Is.EqualTo(new float[] { 0, 1 }));
    }

    [Test]
    public void Few_rows_are_added_beside_the_index_and_many_make_a_new_one()
    {
        var model = Ml.MulticlassClassification.Trainers.KNearestNeighbors(numberOfNeighbors: 1).Fit(Old);
        var some = model.AddRows(New).AddRows(New);
        Assert.That(some.Model.Set.Index.Statistics, Has.Property("AddedRows").EqualTo(4).And.Property("VectorBytes").GreaterThan(0));
        var branch = model.AddRows(Ml.Data.LoadFromEnumerable(new[] { At("d", 40) }));
        Assert.That(Labels(branch.Transform(New)), Is.EqualTo(new[] { "b", "d" }), "added beside another addition");
        Assert.That(Labels(some.Transform(New)), Is.EqualTo(new[] { "c", "a" }));

        var many = some.AddRows(Ml.Data.LoadFromEnumerable(Enumerable.Range(0, 3000).Select(i => At("z", 100 + i))));
        Assert.That(many.Model.Set.Index.Statistics, Has.Property("AddedRows").EqualTo(0).And.Property("Rows").EqualTo(3006));
        Assert.That(Labels(many.Transform(New)), Is.EqualTo(new[] { "c", "a" }));
        Assert.That(Labels(many.Transform(Ml.Data.LoadFromEnumerable(new[] { At("", 5000) }))), Is.EqualTo(new[] { "z" }));
    }

    [Test]
    public void Rows_of_much_larger_values_are_added()
    {
        var model = Ml.Regression.Trainers.KNearestNeighbors("Target", numberOfNeighbors: 1).Fit(Old);
        var large = new[] { 1e25f, 3e30f, 1e37f }.Select(value =>
        {
            var row = At("", value);
            row.Target = value;
            return row;
        }).ToArray();
        var more = model.AddRows(New).AddRows(Ml.Data.LoadFromEnumerable(large)).AddRows(New);
        Assert.That(Examples.Column<float>(more.Transform(Ml.Data.LoadFromEnumerable(large)), "Score"), Is.EqualTo(large.Select(row => row.Target)));
        Assert.That(Examples.Column<float>(model.Transform(Ml.Data.LoadFromEnumerable(large)), "Score"), Is.All.Zero);
    }

    [Test]
    public void Many_small_additions_are_merged_without_touching_the_old_set()
    {
        var model = Ml.Similarity.Transforms.NearestNeighbors(inputColumnName: "Features", numberOfNeighbors: 1, columns: ["Label"]).Fit(Old);
        var sets = new List<NearestNeighborsTransformer> { model };
        for (var i = 0; i < 100; i++)
            sets.Add(sets[^1].AddRows(Ml.Data.LoadFromEnumerable(new[] { At($"new {i}", 100 + i) })));
        Assert.That(sets.Select(s => s.Count), Is.EqualTo(Enumerable.Range(2, 101)));
        Assert.That(sets.Select(s => s.Model.Set.Columns.BlockCount).Max(), Is.LessThanOrEqualTo(8));
        for (var i = 0; i < 100; i++)
        {
            var found = sets[i + 1].Transform(Ml.Data.LoadFromEnumerable(new[] { At("", 100 + i) }));
            Assert.That(Examples.Vectors<ReadOnlyMemory<char>>(found, "NeighborLabel")[0][0].ToString(), Is.EqualTo($"new {i}"));
            Assert.That(Examples.Vectors<long>(found, "NeighborRow")[0], Is.EqualTo(new[] { 2L + i }));
        }
    }

    [Test]
    public void Key_labels_are_matched_by_their_values()
    {
        // "a" has key 1 in the old rows and key 2 in the new ones.
        var model = Ml.MulticlassClassification.Trainers.KNearestNeighbors(numberOfNeighbors: 1).Fit(WithKeys(Old));
        var more = model.AddRows(WithKeys(New));
        Assert.That(Examples.KeyTexts(more.GetOutputSchema(Old.Schema), "PredictedLabel"), Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(Labels(more.Transform(New)), Is.EqualTo(new[] { "c", "a" }));
        Assert.That(Labels(model.AddRows(New).Transform(New)), Is.EqualTo(new[] { "c", "a" }), "plain text joins keys of text");
    }

    [Test]
    public void Keys_given_back_are_matched_by_their_values()
    {
        var model = Ml.Similarity.Transforms.NearestNeighbors(inputColumnName: "Features", numberOfNeighbors: 4, columns: ["Label"]).Fit(WithKeys(Old));
        var found = model.AddRows(WithKeys(New)).Transform(Ml.Data.LoadFromEnumerable(new[] { At("", 0) }));
        var texts = Examples.KeyTexts(found.Schema, "NeighborLabel");
        Assert.That(Examples.Vectors<uint>(found, "NeighborLabel")[0].Select(k => texts[k - 1]), Is.EqualTo(new[] { "a", "b", "c", "a" }));
    }

    [Test]
    public void What_was_added_to_keeps_the_contract_of_saving()
    {
        var model = Ml.MulticlassClassification.Trainers.KNearestNeighbors(numberOfNeighbors: 3, rowIdColumnName: "Id").Fit(Old).AddRows(New);
        var loaded = EstimatorContract.SaveAndLoad(Ml, model, Old.Schema, out _);
        SchemaContract.AreSame(model.GetOutputSchema(Old.Schema), loaded.GetOutputSchema(Old.Schema), "after loading");
        RowContract.Holds(loaded.Transform(New), ViewSnapshot.Take(model.Transform(New)), 0, "the loaded transformer");
        Assert.That(((KNearestNeighborsMulticlassTransformer)loaded).AddRows(New).Count, Is.EqualTo(6));
    }

    [Test]
    public void Rows_that_do_not_fit_are_refused()
    {
        var model = Ml.MulticlassClassification.Trainers.KNearestNeighbors().Fit(Old);
        Assert.That(() => model.AddRows(Ml.Data.LoadFromEnumerable(new[] { Examples.At(1, 0, 0, 0) })), Throws.InstanceOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("Schema mismatch for label column 'Label': expected labels of the same kind as before (Text), got Int32 (Integer)."));
        Assert.That(() => model.AddRows(Ml.Data.LoadFromEnumerable(new[] { At("", 1) })), Throws.InvalidOperationException
            .With.Message.EqualTo("The data has no rows with a label in column 'Label'."));
        Assert.That(() => model.AddRows(Ml.Data.LoadFromEnumerable(new[] { At("a", 1), At("a", float.NaN) })), Throws.InvalidOperationException
            .With.Message.StartsWith("Column 'Features' has the value NaN in row 1 (counted from 0), slot 0; every feature must be a finite number."));
        var search = Ml.Similarity.Transforms.NearestNeighbors(inputColumnName: "Features", columns: ["Label"]).Fit(Old);
        Assert.That(() => search.AddRows(Ml.Data.LoadFromEnumerable(new[] { Examples.At(1, 0, 0, 0) })), Throws.InstanceOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("Schema mismatch for neighbour column 'Label': expected String, got Int32."));
        Assert.That(() => search.AddRows(Ml.Transforms.Concatenate("Features", "Features", "Target").Fit(Old).Transform(Old)),
            Throws.InstanceOf<ArgumentOutOfRangeException>()
                .With.Message.StartsWith("Schema mismatch for feature column 'Features': expected Vector<Single, 3>, got Vector<Single, 4>."));
    }

    private static Example<string> At(string label, float value) => Examples.At(label, value, 0, 0);

    private static IDataView WithKeys(IDataView data) => Ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);

    private static string[] Labels(IDataView view)
    {
        var texts = Examples.KeyTexts(view.Schema, "PredictedLabel");
        return [.. Examples.Column<uint>(view, "PredictedLabel").Select(k => texts[k - 1])];
    }

    private sealed class Prediction
    {
        public float[] Score { get; set; } = [];
    }
}
