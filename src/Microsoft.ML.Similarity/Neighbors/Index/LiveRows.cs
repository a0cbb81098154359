using System.Numerics.Tensors;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>The rows of a snapshot that were not removed, prepared already, and brought to another scale where that is asked for.</summary>
internal static unsafe class LiveRows
{
    /// <summary>All of them.</summary>
    public static SegmentInput<TId> Of<TId>(Snapshot<TId> snapshot, int dimension, RowScaling scaling)
        where TId : notnull
    {
        var table = snapshot.Segment.Table;
        var nodeOf = NodesOf(table);
        var rows = Enumerable.Range(0, table.RowCount).Where(row => !snapshot.IsRemoved(row)).ToArray();
        var added = Added(snapshot, 0, dimension, scaling);
        var factor = scaling.Scale / snapshot.Segment.Scaling.Scale;
        var payload = snapshot.Segment.Payload.Columns.Select((column, i) => Column(column, rows, added.Payload[i])).ToArray();
        TId[] ids = [.. rows.Select(row => snapshot.Segment.Ids[row]), .. added.Ids];
        return new SegmentInput<TId>(dimension, scaling, ids, payload, (i, prepared) =>
        {
            if (i >= rows.Length)
                return added.Write(i - rows.Length, prepared);
            var node = nodeOf == null ? rows[i] : nodeOf[rows[i]];
            if (node < 0)
                return false;
            Copy(table.Nodes.Row(node), prepared, table.Nodes.Stride, factor);
            return true;
        });
    }

    /// <summary>Those added, from one on.</summary>
    public static SegmentInput<TId> Added<TId>(Snapshot<TId> snapshot, int from, int dimension, RowScaling scaling)
        where TId : notnull
    {
        var delta = snapshot.Delta;
        var factor = scaling.Scale / snapshot.Segment.Scaling.Scale;
        var rows = Enumerable.Range(from, delta.Count - from).Where(row => !snapshot.IsDeltaRemoved(row)).ToArray();
        var payload = snapshot.Segment.Payload.Columns.Select((column, i) =>
        {
            var values = PayloadKinds.CreateArray(column.Kind, rows.Length);
            for (var row = 0; row < rows.Length; row++)
                values.SetValue(delta.Value(i, rows[row]), row);
            return PayloadKinds.CreateColumn(column.Name, values);
        }).ToArray();
        return new SegmentInput<TId>(dimension, scaling, [.. rows.Select(delta.IdOf)], payload, (i, prepared) =>
        {
            Copy(delta.Row(rows[i]), prepared, Padding.ForFloats(dimension), factor);
            return !delta.IsZero(rows[i]);
        });
    }

    // -1 for a row of no node; null where rows and nodes have the same numbers.
    private static int[]? NodesOf(RowTable table)
    {
        if (!table.HasChains)
            return null;
        var nodeOf = new int[table.RowCount];
        Array.Fill(nodeOf, -1);
        for (var node = 0; node < table.Nodes.Count; node++)
        {
            foreach (var row in table.RowsOf(node))
                nodeOf[row] = node;
        }
        return nodeOf;
    }

    private static PayloadColumn Column(StoredColumn column, int[] rows, PayloadColumn added) => added.Values switch
    {
        long[] values => new(column.Name, [.. rows.Select(column.Value<long>), .. values]),
        float[] values => new(column.Name, [.. rows.Select(column.Value<float>), .. values]),
        double[] values => new(column.Name, [.. rows.Select(column.Value<double>), .. values]),
        var values => new(column.Name, [.. rows.Select(column.Value<string>), .. (string[])values]),
    };

    private static void Copy(float* from, float* to, int stride, float factor)
    {
        var source = new ReadOnlySpan<float>(from, stride);
        if (factor == 1)
            source.CopyTo(new Span<float>(to, stride));
        else
            TensorPrimitives.Multiply(source, factor, new Span<float>(to, stride));
    }
}
