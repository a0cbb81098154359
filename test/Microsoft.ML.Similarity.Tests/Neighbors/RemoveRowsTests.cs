using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Tests.Contract;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

public sealed class RemoveRowsTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [Test]
    public void Removed_rows_have_no_vote_and_the_old_transformer_stays_as_it_is()
    {
        var query = View(At("", "", 0));
        var model = Ml.MulticlassClassification.Trainers.KNearestNeighbors(numberOfNeighbors: 1, rowIdColumnName: "Id")
            .Fit(View(At("a", "1", 0), At("b", "2", 10), At("b", "3", 20)));
        var view = model.Transform(query);
        var less = model.RemoveRows(View(At("", "1", 7), At("", "nobody", 8), At("", "", 9)));
        Assert.That((model.Count, less.Count), Is.EqualTo((3, 2)));
        Assert.That((Examples.Column<uint>(view, "PredictedLabel"), Examples.Column<uint>(less.Transform(query), "PredictedLabel")),
            Is.EqualTo((new[] { 1u }, new[] { 2u })), "classes keep their keys");
        Assert.That(Examples.Vectors<float>(less.Transform(query), "Score")[0], Is.EqualTo(new float[] { 0, 1 }));
        Assert.That(less.RemoveRows(View(At("", "1", 0))).Count, Is.EqualTo(2), "again");
    }

    [Test]
    public void Regression_leaves_removed_rows_out()
    {
        var model = Ml.Regression.Trainers.KNearestNeighbors("Target", numberOfNeighbors: 2, rowIdColumnName: "Id")
            .Fit(View(At("", "1", 1), At("", "2", 2), At("", "3", 4)));
        var query = View(At("", "", 0));
        Assert.That(Examples.Column<float>(model.Transform(query), "Score"), Is.EqualTo(new[] { 1.5f }));
        Assert.That(Examples.Column<float>(model.RemoveRows(View(At("", "2", 0))).Transform(query), "Score"), Is.EqualTo(new[] { 2.5f }));
    }

    [Test]
    public void Rows_are_removed_by_the_numbers_that_searches_give()
    {
        var model = Ml.Similarity.Transforms.NearestNeighbors(inputColumnName: "Features", numberOfNeighbors: 2, columns: ["Id"])
            .Fit(View(At("", "x", 0), At("", "y", 1), At("", "z", 2)));
        var less = model.RemoveRows([1, 1, 99, -5]).AddRows(View(At("", "new", 0.5f)));
        var found = less.Transform(View(At("", "", 0)));
        Assert.That(Examples.Vectors<long>(found, "NeighborRow")[0], Is.EqualTo(new[] { 0L, 3 }), "numbers are not used again");
        Assert.That(Texts(found), Is.EqualTo(new[] { "x", "new" }));
        Assert.That(model.Count, Is.EqualTo(3));
    }

    [Test]
    public void What_cannot_be_removed_is_refused()
    {
        var rows = View(At("a", "1", 0), At("b", "2", 1));
        var model = Ml.MulticlassClassification.Trainers.KNearestNeighbors().Fit(rows);
        Assert.That(() => model.RemoveRows(rows), Throws.InvalidOperationException.With.Message.EqualTo(
            "The reference rows have no ids to tell by which to remove: set RowIdColumnName to a column of ids before Fit."));
        var named = Ml.MulticlassClassification.Trainers.KNearestNeighbors(rowIdColumnName: "Id").Fit(rows);
        Assert.That(() => named.RemoveRows(rows), Throws.InvalidOperationException.With.Message.EqualTo(
            "All 2 reference rows would be removed; a transformer needs at least one."));
        Assert.That(() => named.RemoveRows(Ml.Transforms.DropColumns("Id").Fit(rows).Transform(rows)),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith("Could not find the row id column 'Id'"));
        var search = Ml.Similarity.Transforms.NearestNeighbors(inputColumnName: "Features").Fit(rows);
        Assert.That(() => search.RemoveRows([0, 1]), Throws.InvalidOperationException);
    }

    [Test]
    public void Many_steps_agree_with_a_list_of_the_rows([Values(1, 2, 3)] int seed, [Values] bool graph)
    {
        var random = new Random(seed);
        var alive = Enumerable.Range(0, 40).Select(i => At($"{i % 4}", $"{i}", Place())).ToList();
        var next = alive.Count;
        var model = Ml.Similarity.Transforms.NearestNeighbors(new NearestNeighborsEstimator.Options
        {
            InputColumnName = "Features",
            NumberOfNeighbors = 7,
            Columns = ["Id", "Label"],
            RowIdColumnName = "Id",
            SearchMode = graph ? SearchMode.Approximate(0.99, GraphCodes.Vectors) : SearchMode.Exact,
        }).Fit(View([.. alive]));
        var before = new List<(NearestNeighborsTransformer Model, Example<string>[] Alive)> { (model, [.. alive]) };
        for (var step = 0; step < 30; step++)
        {
            switch (random.Next(5))
            {
                case 0 or 1:
                    var added = Enumerable.Range(0, random.Next(1, 10)).Select(_ => At($"{next % 5}", $"{next++}", Place())).ToArray();
                    alive.AddRange(added);
                    model = model.AddRows(View(added));
                    break;
                case 2 or 3 when alive.Count > 10:
                    var removed = Enumerable.Range(0, random.Next(1, 8)).Select(_ => alive[random.Next(alive.Count)]).Distinct().ToArray();
                    alive.RemoveAll(removed.Contains);
                    model = model.RemoveRows(View(removed));
                    if (random.Next(2) == 0)
                    {
                        alive.AddRange(removed);
                        model = model.AddRows(View(removed));
                    }
                    break;
                default:
                    model = (NearestNeighborsTransformer)EstimatorContract.SaveAndLoad(Ml, model, View([.. alive]).Schema, out _);
                    break;
            }
            before.Add((model, [.. alive]));
        }
        foreach (var (then, rows) in before)
            Agree(then, rows);

        float Place() => random.Next(30);
    }

    [Test]
    public void Few_changes_of_many_rows_copy_no_vectors_and_no_ids([Values] bool withIds)
    {
        const int count = 200_000;
        var model = Ml.Similarity.Transforms.NearestNeighbors(
            inputColumnName: "Features", numberOfNeighbors: 1, columns: ["Target"], rowIdColumnName: withIds ? "Id" : null)
            .Fit(Ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => At("", $"{i}", i))));
        var added = Ml.Data.LoadFromEnumerable(Enumerable.Range(0, 100).Select(i => At("", $"new {i}", -i)));
        model.AddRows(added).RemoveRows([5]);   // compiled
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var more = model.AddRows(added);
        var less = more.RemoveRows([0, 1, count + 3]);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        Assert.That(allocated, Is.LessThan(count * 4), "bytes: a value of each row would be as many");
        Assert.That((less.Statistics.Rows, less.Statistics.AddedRows, less.Statistics.RemovedRows), Is.EqualTo((count + 97, 99, 3)));
        Assert.That(less.Statistics.VectorBytes - model.Statistics.VectorBytes, Is.InRange(100 * 64, 256 * 64), "the memory of a block of added rows");
    }

    [Test]
    public void Removed_rows_are_not_in_the_saved_model()
    {
        var model = Ml.Similarity.Transforms.NearestNeighbors(inputColumnName: "Features", columns: ["Label"])
            .Fit(View(At("keep", "1", 0), At("a secret", "2", 1)));
        using var stream = new MemoryStream();
        Ml.Model.Save(model.RemoveRows([1]), View(At("", "", 0)).Schema, stream);
        using var zip = new System.IO.Compression.ZipArchive(stream);
        var text = string.Concat(zip.Entries.Select(entry =>
        {
            using var reader = new StreamReader(entry.Open(), System.Text.Encoding.Latin1);
            return reader.ReadToEnd();
        }));
        Assert.That(text, Does.Contain("keep").And.Not.Contain("secret"));
    }

    private static void Agree(NearestNeighborsTransformer model, Example<string>[] rows)
    {
        Assert.That(model.Count, Is.EqualTo(rows.Length));
        var queries = Enumerable.Range(0, 10).Select(i => At("", "", (i * 3) + 0.25f)).ToArray();
        var found = model.Transform(View(queries));
        var (distances, texts, labels) = (Examples.Vectors<float>(found, "NeighborDistance"), TextsOf(found, "NeighborId"), TextsOf(found, "NeighborLabel"));
        for (var i = 0; i < queries.Length; i++)
        {
            var place = queries[i].Target;
            Assert.That(distances[i], Is.EqualTo(rows.Select(row => MathF.Abs(row.Target - place)).Order().Take(7)).Within(1e-5));
            for (var j = 0; j < texts[i].Length; j++)
            {
                var row = rows.Single(row => row.Id == texts[i][j]);
                Assert.That((row.Label, MathF.Abs(row.Target - place)), Is.EqualTo((labels[i][j], distances[i][j])).Using<float>((a, b) => MathF.Abs(a - b) < 1e-4f));
            }
            Assert.That(texts[i].Distinct().Count(), Is.EqualTo(7));
        }
    }

    private static IDataView View(params Example<string>[] rows) => Ml.Data.LoadFromEnumerable(rows);

    private static Example<string> At(string label, string id, float value)
    {
        var row = Examples.At(label, value, 0, 0);
        (row.Id, row.Target) = (id, value);
        return row;
    }

    private static string[] Texts(IDataView found) => [.. TextsOf(found, "NeighborId").SelectMany(texts => texts)];

    private static string[][] TextsOf(IDataView found, string column) =>
        [.. Examples.Vectors<ReadOnlyMemory<char>>(found, column).Select(texts => texts.Select(text => text.ToString()).ToArray())];
}
