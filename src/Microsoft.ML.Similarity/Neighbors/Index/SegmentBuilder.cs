using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Makes segments. The same rows in any order, by any number of threads, make the same segment.</summary>
internal static unsafe class SegmentBuilder
{
    // What memory of dropped duplicates is worth a copy.
    private const int WastedPart = 8;

    public static Segment<TId> Build<TId>(
        NeighborIndex.Options options, IdKind<TId> kind, SegmentInput<TId> input, ParallelOptions parallel, IProgress<NeighborIndexProgress>? progress)
        where TId : notnull
    {
        var stages = new Stages(progress);
        var owners = new List<IDisposable>();
        try
        {
            var (ids, order) = SortIds(kind, input);
            var table = Table(options.Metric, input, order, owners, parallel, stages);
            var store = kind.Pack(ids, owners);
            var payload = PayloadStore.Pack(input.Payload, order, owners);
            var searcher = SearcherBuilder.Build(table, options, parallel, stages, owners);
            return new Segment<TId>(table, input.Scaling, store, payload, searcher, owners) { Mode = options.Mode, BuildTime = stages.Elapsed };
        }
        catch
        {
            owners.ForEach(owner => owner.Dispose());
            throw;
        }
    }

    private static (TId[] Ids, int[] Order) SortIds<TId>(IdKind<TId> kind, SegmentInput<TId> input)
        where TId : notnull
    {
        var ids = (TId[])input.Ids.Clone();
        var order = Enumerable.Range(0, ids.Length).ToArray();
        Array.Sort(ids, order, kind.Order);
        for (var row = 1; row < ids.Length; row++)
        {
            if (kind.Order.Compare(ids[row - 1], ids[row]) == 0)
            {
                var (first, second) = (Math.Min(order[row - 1], order[row]), Math.Max(order[row - 1], order[row]));
                throw new ArgumentException(
                    $"Rows {first} and {second} have the same id, {ids[row]}; every row needs an id of its own.", nameof(ids));
            }
        }
        return (ids, order);
    }

    private static RowTable Table<TId>(
        NeighborMetric metric, SegmentInput<TId> input, int[] order, List<IDisposable> owners, ParallelOptions parallel, Stages stages)
        where TId : notnull
    {
        var memory = AlignedMemory.For<float>((long)order.Length * Padding.ForFloats(input.Dimension));
        owners.Add(memory);
        var rows = new FloatRows((float*)memory.Pointer, order.Length, input.Dimension);
        var isZero = metric == NeighborMetric.Cosine ? new bool[order.Length] : null;
        stages.Run(NeighborIndexStage.Rows, () => Parallel.For(0, order.Length, parallel, row =>
        {
            if (!input.Write(order[row], rows.Row(row)))
                isZero![row] = true;
        }));
        var table = stages.Run(NeighborIndexStage.Duplicates, () => DistinctRows.Collapse(metric, rows, isZero, owners, parallel));
        if (rows.Count - table.Nodes.Count <= rows.Count / WastedPart)
            return table;

        var nodes = table.Nodes;
        var smaller = AlignedMemory.For<float>((long)nodes.Count * nodes.Stride);
        Buffer.MemoryCopy(nodes.Start, smaller.Pointer, smaller.Length, smaller.Length);
        owners.Add(smaller);
        owners.Remove(memory);
        memory.Dispose();
        return table.WithNodes(new FloatRows((float*)smaller.Pointer, nodes.Count, nodes.Dimension));
    }
}
