using CsCheck;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Index;

/// <summary>Any sequence of changes leaves what a dictionary has. A failure names the seed that repeats it.</summary>
public sealed class OpenWorldPropertyTests
{
    private const int Dimension = 2;

    private enum Change
    {
        Add,
        Remove,
        Rebuild,
        Reopen,
    }

    [Test]
    public void Index_holds_what_a_model_holds()
    {
        var vector = Gen.Int[-2, 2].Select(Gen.Int[-2, 2], (x, y) => new float[] { x, y });   // few values: duplicates, ties and zeros
        var step = Gen.Select(Gen.Enum<Change>(), Gen.Select(Gen.Long[0, 30], vector).Array[1, 8]);
        Gen.Select(Gen.Enum<NeighborMetric>(), step.Array[1, 15], vector).Sample(Holds, iter: 150, threads: 1);
    }

    private static bool Holds(NeighborMetric metric, (Change Change, (long Id, float[] Vector)[] Rows)[] steps, float[] query)
    {
        var model = new SortedDictionary<long, float[]>();
        var index = NeighborIndex.Build([], Dimension, (long[])[], options: new() { Metric = metric, AddedRowsBeforeRebuild = 6 });
        try
        {
            foreach (var (change, rows) in steps)
            {
                switch (change)
                {
                    case Change.Add:
                        var added = rows.DistinctBy(row => row.Id).Where(row => !model.ContainsKey(row.Id)).ToArray();
                        index.Add(added.SelectMany(row => row.Vector).ToArray(), [.. added.Select(row => row.Id)]);
                        foreach (var (id, vector) in added)
                            model.Add(id, vector);
                        break;
                    case Change.Remove:
                        if (index.Remove([.. rows.Select(row => row.Id)]) != rows.Select(row => row.Id).Distinct().Count(model.Remove))
                            return false;
                        break;
                    case Change.Rebuild:
                        index.Rebuild();
                        break;
                    default:
                        index = Reopened(index);
                        break;
                }
            }
            return IsEqual(index, model, query);
        }
        finally
        {
            index.Dispose();
        }
    }

    private static NeighborIndex Reopened(NeighborIndex index)
    {
        var path = Path.GetTempFileName();
        index.Save(path);
        index.Dispose();
        var opened = NeighborIndex.Open(path);
        File.Delete(path);
        return opened;
    }

    private static bool IsEqual(NeighborIndex index, SortedDictionary<long, float[]> model, float[] query)
    {
        var rows = new VectorSet([.. model.Values.SelectMany(vector => vector)], Dimension);
        var expected = BruteForce.Search(index.Metric, rows, [.. model.Keys], Comparer<long>.Default, query, 9);
        var (ids, distances) = (new long[9], new float[9]);
        var found = index.Search(query, ids, distances);
        return index.Count == model.Count && ids.Zip(distances).Take(found).SequenceEqual(expected);
    }
}
