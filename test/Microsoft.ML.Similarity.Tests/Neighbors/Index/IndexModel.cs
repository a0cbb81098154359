using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Index;

/// <summary>An index, and beside it the rows that it should have.</summary>
internal sealed class IndexModel : IDisposable
{
    private const int Ids = 150;
    private const int Groups = 4;
    private const string Group = "Group";

    private readonly VectorSet _pool;
    private readonly SearchMode _mode;
    private readonly string _path;
    private readonly SortedDictionary<long, int> _rows = [];   // id to the row of the pool
    private NeighborIndex _index;

    /// <param name="metric">Of the index.</param>
    /// <param name="mode">Of the index.</param>
    /// <param name="dimension">Of the vectors.</param>
    /// <param name="count">How many rows it has at first.</param>
    /// <param name="path">A file to save to.</param>
    public IndexModel(NeighborMetric metric, SearchMode mode, int dimension, int count, string path)
    {
        (_mode, _path) = (mode, path);
        // Small whole numbers: duplicates, ties and zeros.
        _pool = dimension % 2 == 0 ? VectorSet.Grid(40, dimension, dimension) : VectorSet.Clustered(60, dimension, dimension);
        var first = Enumerable.Range(0, count).ToDictionary(i => (long)(i * 2), i => i % _pool.Count);
        _index = NeighborIndex.Build(
            Vectors(first.Values), dimension, [.. first.Keys], [Payload(first.Values)], new() { Metric = metric, Mode = mode, AddedRowsBeforeRebuild = 15 });
        foreach (var (id, row) in first)
            _rows.Add(id, row);
    }

    public void Dispose() => _index.Dispose();

    /// <summary>Does it to both; fails where they differ.</summary>
    public void Do(IndexStep step)
    {
        var random = new Random(step.Seed);
        long[] ids = [.. Enumerable.Range(0, step.Size).Select(_ => (long)random.Next(Ids)).Distinct()];
        switch (step.Kind)
        {
            case IndexStepKind.Add:
                Add([.. ids.Where(id => !_rows.ContainsKey(id))], random);
                break;
            case IndexStepKind.Remove:
                Assert.That(_index.Remove(ids), Is.EqualTo(ids.Count(_rows.Remove)));
                break;
            case IndexStepKind.Search:
                Search(random, step.Size, null, _ => true);
                break;
            case IndexStepKind.SearchByPayload:
                var group = random.Next(Groups);
                Search(random, step.Size, NeighborFilter.Where<long>(Group, value => value == group), id => _rows[id] % Groups == group);
                break;
            case IndexStepKind.SearchByIds:
                Search(random, step.Size, NeighborFilter.Ids(ids).Not(), id => !ids.Contains(id));
                break;
            case IndexStepKind.Rebuild:
                _index.Rebuild();
                Assert.That((_index.Statistics.AddedRows, _index.Statistics.RemovedRows), Is.EqualTo((0, 0)));
                break;
            case IndexStepKind.SaveAndOpen:
                _index.Save(_path);
                _index.Dispose();
                _index = NeighborIndex.Open(_path, verify: true, new() { AddedRowsBeforeRebuild = 15 });
                break;
        }
        Assert.That(_index.Count, Is.EqualTo(_rows.Count));
        foreach (var id in ids)
        {
            Assert.That(_index.Contains(id), Is.EqualTo(_rows.TryGetValue(id, out var row)));
            Assert.That((_index.TryGetValue<long>(id, Group, out var group), group), Is.EqualTo(_rows.ContainsKey(id) ? (true, row % Groups) : (false, 0L)));
        }
    }

    private void Add(long[] ids, Random random)
    {
        int[] rows = [.. ids.Select(_ => random.Next(_pool.Count))];
        _index.Add(Vectors(rows), ids, [Payload(rows)]);
        for (var i = 0; i < ids.Length; i++)
            _rows.Add(ids[i], rows[i]);
    }

    private void Search(Random random, int k, NeighborFilter? filter, Func<long, bool> allows)
    {
        var query = _pool[random.Next(_pool.Count)].ToArray();
        query[random.Next(query.Length)] += random.Next(2) * random.NextSingle();
        long[] allowed = [.. _rows.Keys.Where(allows)];
        var all = BruteForce.Search(_index.Metric, new(Vectors(allowed.Select(id => _rows[id])), _pool.Dimension), allowed, Comparer<long>.Default, query, allowed.Length);
        var (ids, distances) = (new long[k], new float[k]);
        var count = _index.Search(query, ids, distances, filter);
        (long, float)[] found = [.. ids.Take(count).Zip(distances)];
        Assert.That(count, Is.EqualTo(Math.Min(k, allowed.Length)));
        if (_mode is ExactMode)
        {
            Assert.That(found, Is.EqualTo(all.Take(k)));
            return;
        }
        // Some may be missed, none made up.
        Assert.That(found, Is.SubsetOf(all).And.Unique);
        Assert.That(distances.Take(count), Is.Ordered);
    }

    private float[] Vectors(IEnumerable<int> rows) => [.. rows.SelectMany(row => _pool[row].ToArray())];

    private static PayloadColumn Payload(IEnumerable<int> rows) => new(Group, [.. rows.Select(row => (long)(row % Groups))]);
}
