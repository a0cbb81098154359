using System.Numerics.Tensors;
using Microsoft.ML.Similarity.Neighbors.Storage;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Checks what users give and hands it on.</summary>
internal static unsafe class LiveIndex
{
    public static LiveIndex<TId> Build<TId>(
        IdKind<TId> kind, ReadOnlySpan<float> vectors, int dimension, TId[] ids, IReadOnlyList<PayloadColumn> payload, NeighborIndex.Options options)
        where TId : notnull
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        Check(vectors, dimension, ids.Length, payload);
        for (var i = 0; i < payload.Count; i++)
        {
            if (payload.Take(i).Any(column => column.Name == payload[i].Name))
                throw new ArgumentException($"There are two payload columns '{payload[i].Name}'.", nameof(payload));
        }
        var scaling = RowScaling.For(options.Metric, Largest(vectors));
        fixed (float* start = vectors)
        {
            var input = Input(scaling, dimension, start, ids, payload);
            var segment = SegmentBuilder.Build(options, kind, input, options.Parallel(options.CancellationToken), options.Progress);
            return new LiveIndex<TId>(kind, options.Metric, dimension, segment, options);
        }
    }

    public static LiveIndex<TId> Load<TId>(IndexFile file, IdKind<TId> kind, NeighborIndex.Options options)
        where TId : notnull
    {
        try
        {
            var segment = SegmentFile.Load(file, kind);
            options.Metric = segment.Table.Metric;
            options.Mode = segment.Mode;
            return new LiveIndex<TId>(kind, segment.Table.Metric, segment.Table.Nodes.Dimension, segment, options);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static void Add<TId>(LiveIndex<TId> index, ReadOnlySpan<float> vectors, TId[] ids, IReadOnlyList<PayloadColumn> payload)
        where TId : notnull
    {
        Check(vectors, index.Dimension, ids.Length, payload);
        var columns = index.Columns.Select(column => payload.FirstOrDefault(c => c.Name == column.Name && c.Kind == column.Kind)
            ?? throw new ArgumentException(
                $"The rows lack the payload column '{column.Name}' of type {PayloadKinds.Name(column.Kind)}.", nameof(payload))).ToArray();
        if (payload.FirstOrDefault(column => !columns.Contains(column)) is { } unknown)
            throw new ArgumentException($"The index has no payload column '{unknown.Name}'.", nameof(payload));
        fixed (float* start = vectors)
        {
            var address = (nint)start;
            index.Add(Largest(vectors), scaling => Input(scaling, index.Dimension, (float*)address, ids, columns));
        }
    }

    private static float Largest(ReadOnlySpan<float> vectors) => vectors.IsEmpty ? 0 : MathF.Abs(TensorPrimitives.MaxMagnitude(vectors));

    private static SegmentInput<TId> Input<TId>(RowScaling scaling, int dimension, float* vectors, TId[] ids, IReadOnlyList<PayloadColumn> payload)
        where TId : notnull =>
        new(dimension, scaling, ids, payload, (row, prepared) =>
            scaling.Prepare(new ReadOnlySpan<float>(vectors + ((long)row * dimension), dimension), prepared));

    private static void Check(ReadOnlySpan<float> vectors, int dimension, int count, IReadOnlyList<PayloadColumn> payload)
    {
        if (vectors.Length != (long)count * dimension)
        {
            throw new ArgumentException(
                $"The vectors have {vectors.Length} values; {count} of dimension {dimension} have {(long)count * dimension}.", nameof(vectors));
        }
        foreach (var column in payload)
        {
            if (column.Count != count)
                throw new ArgumentException($"Payload column '{column.Name}' has {column.Count} values for {count} rows.", nameof(payload));
        }
        FiniteValues.Check(vectors, dimension, "Vector");
    }
}
