using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Graph;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Tests.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Graph;

public sealed unsafe class GraphReachabilityTests
{
    [Test]
    public void A_search_wide_enough_finds_every_node([Values] GraphCodes codes, [Values(1, 3, 24)] int dimension)
    {
        using var rows = new TestRows(1200, dimension, seed: 1);
        var owners = new List<IDisposable>();
        var table = new RowTable(NeighborMetric.Euclidean, rows.Rows, 1200, default, default, default);
        using var graph = GraphFit.Create(table, new() { Codes = codes, Degree = 4, BuildWidth = 8 }, filter: null, owners);
        using var team = new SearchTeam();
        var memory = team[0];
        var target = new GraphQuery(table, graph.Shape, graph.Memory).Encode(rows.Rows.Row(7), memory);
        var walker = GraphWalker.Create(table, graph.Shape, graph.Memory);
        var exceptions = graph.Memory.Exceptions.CountOf<int>();
        walker.Find(&target, 1, 1200, team);
        Assert.That(memory.Count, Is.EqualTo(1200 - exceptions));
        var found = Enumerable.Range(0, 1200 - exceptions).Select(i => NodeKey.Node(memory.Found[i])).ToArray();
        Assert.That(found, Is.Unique);

        // Sorted keys and heaps find the same.
        walker.Find(&target, 1, 400, team);
        var sorted = new ReadOnlySpan<ulong>(memory.Found, memory.Count).ToArray().Select(key => key & ~NodeKey.Expanded).ToArray();
        var bits = stackalloc ulong[(1200 + 63) / 64];
        new Span<ulong>(bits, (1200 + 63) / 64).Fill(ulong.MaxValue);
        walker.Find(target, new RowFilter(table, new RowMask(bits, null)), 400, memory);
        Assert.That(new ReadOnlySpan<ulong>(memory.Found, memory.Count).ToArray(), Is.EqualTo(sorted));
        owners.ForEach(owner => owner.Dispose());
    }

    [Test]
    public void Nodes_without_links_to_them_are_linked_to([Values(1, 4)] int room)
    {
        // Node 0 leads to the even nodes in a chain; the odd ones are led to by none, and where there is no room a link must give way.
        const int count = 20, degree = 4;
        using var rows = new TestRows(count, 2, seed: 2);
        for (var i = 0; i < count; i++)
            (rows.Rows.Row(i)[0], rows.Rows.Row(i)[1]) = (i, 0);
        using var blocks = new LinkBlocks(count, degree, owners: null);
        for (var i = 0; i + 2 < count; i += 2)
        {
            for (var j = 0; j <= degree - room; j++)
                blocks.Links(i)[j] = j == 0 ? i + 2 : 0;
        }
        var levels = stackalloc byte[count];
        var firstUpper = stackalloc int[count];
        new Span<byte>(levels, count).Clear();
        var links = new GraphLinks(degree / 2, blocks.Links(0), null, firstUpper, levels, entry: 0, count);
        var made = Relinking.Run(links, blocks, new FloatNodes(rows.Rows), Enumerable.Range(0, count).ToArray(), count, width: 8);
        Assert.That(made, Is.EqualTo(count / 2));

        var reached = new HashSet<int> { 0 };
        var waiting = new Stack<int>(reached);
        while (waiting.TryPop(out var node))
        {
            foreach (var next in new ReadOnlySpan<int>(blocks.Links(node), blocks.Count(node)))
            {
                if (reached.Add(next))
                    waiting.Push(next);
            }
        }
        Assert.That(reached, Has.Count.EqualTo(count));
        blocks.Memory.Dispose();
    }
}
