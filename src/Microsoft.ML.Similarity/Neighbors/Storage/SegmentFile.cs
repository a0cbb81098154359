using System.Text.Json;
using Microsoft.ML.Similarity.Neighbors.Exact;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;
using Microsoft.ML.Similarity.Persistence;

namespace Microsoft.ML.Similarity.Neighbors.Storage;

/// <summary>Takes segments to files and back. The same rows give the same bytes.</summary>
internal static unsafe class SegmentFile
{
    private const string Vectors = "vectors";
    private const string ChainStarts = "duplicates.starts";
    private const string ChainRows = "duplicates.rows";
    private const string ZeroRows = "zeros";
    private const string Ids = "ids";
    private const string Payload = "payload";
    private const string FilterMean = "codes.mean";
    private const string FilterDirections = "codes.directions";
    private const string FilterCodes = "codes";
    private const string FilterBias = "codes.bias";
    private const string FilterExceptions = "codes.exceptions";

    public static void Save<TId>(string path, Segment<TId> segment)
        where TId : notnull => Save(segment, file => file.Save(path));

    /// <param name="segment">What the file is to hold.</param>
    /// <param name="write">Is given the file, ready to be written.</param>
    public static void Save<TId>(Segment<TId> segment, Action<IndexFileWriter> write)
        where TId : notnull
    {
        using var file = new IndexFileWriter();
        var table = segment.Table;
        file.Description.Write(typeof(TId) == typeof(string));
        file.Description.Write((int)table.Metric);
        file.Description.Write(table.Nodes.Dimension);
        file.Description.Write(table.Nodes.Count);
        file.Description.Write(table.RowCount);
        file.Description.Write(segment.Scaling.Scale);
        file.Add(Vectors, new MemoryBlock((byte*)table.Nodes.Start, (long)table.Nodes.Count * table.Nodes.Stride * sizeof(float)));
        file.Add(ChainStarts, table.ChainStarts);
        file.Add(ChainRows, table.ChainRows);
        file.Add(ZeroRows, table.ZeroRowsBlock);
        Add(file, Ids, segment.Ids.Blocks);
        file.Description.Write(segment.Payload.Columns.Count);
        for (var i = 0; i < segment.Payload.Columns.Count; i++)
        {
            file.Description.Write(segment.Payload.Columns[i].Name);
            file.Description.Write((int)segment.Payload.Columns[i].Kind);
            Add(file, $"{Payload}.{i}", segment.Payload.Columns[i].Blocks);
        }
        file.Description.Write(JsonSerializer.Serialize(segment.Mode, DeclarationJson.Options));
        file.Description.Write(segment.Graph != null);
        if (segment.Graph is { } graph)
        {
            GraphFile.Add(file, graph);
        }
        else
        {
            file.Description.Write(segment.Filter != null);
            if (segment.Filter is { } filter)
                Add(file, filter);
        }
        write(file);
    }

    /// <summary>Whether the ids of the file are text. To be read first.</summary>
    public static bool HasTextIds(IndexFile file) => file.Description.ReadBoolean();

    /// <summary>The segment, over the file's memory, which it disposes of in the end.</summary>
    public static Segment<TId> Load<TId>(IndexFile file, IdKind<TId> kind)
        where TId : notnull
    {
        var metric = (NeighborMetric)file.Description.ReadInt32();
        var (dimension, nodeCount, rowCount) = (file.Description.ReadInt32(), file.Description.ReadInt32(), file.Description.ReadInt32());
        var scaling = new RowScaling(metric, file.Description.ReadSingle());
        var vectors = file.Section(Vectors, (long)nodeCount * Padding.ForFloats(dimension) * sizeof(float));
        var zeroRows = file.Places(ZeroRows);
        var hasChains = nodeCount < rowCount;
        var table = new RowTable(
            metric,
            new FloatRows(vectors.As<float>(), nodeCount, dimension),
            rowCount,
            file.Places(ChainStarts, hasChains ? (nodeCount + 1L) * sizeof(int) : 0),
            file.Places(ChainRows, hasChains ? ((long)rowCount * sizeof(int)) - zeroRows.Length : 0),
            zeroRows);
        var ids = kind.Unpack(typeof(TId) == typeof(string) ? Texts(file, Ids, rowCount) : [file.Section(Ids, (long)rowCount * sizeof(long))]);
        var columns = new StoredColumn[file.Description.ReadInt32()];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = Column(file, $"{Payload}.{i}", rowCount);
        var mode = JsonSerializer.Deserialize<SearchMode>(file.Description.ReadString(), DeclarationJson.Options)!;
        var isGraph = file.Description.ReadBoolean();
        RowSearcher searcher = isGraph ? GraphFile.Load(file, table) : Exact(file, table);
        return new Segment<TId>(table, scaling, ids, new PayloadStore(columns), searcher, [file]) { Mode = mode };
    }

    private static ExactSearcher Exact(IndexFile file, RowTable table) =>
        new(table, file.Description.ReadBoolean() ? Filter(file, table.Metric, table.Nodes.Count) : null);

    private static void Add(IndexFileWriter file, string name, IReadOnlyList<MemoryBlock> blocks)
    {
        file.Add(name, blocks[0]);
        if (blocks.Count > 1)
            file.Add(TextOf(name), blocks[1]);
    }

    private static void Add(IndexFileWriter file, BoundFilter filter)
    {
        var shape = filter.Shape;
        file.Description.Write(shape.Dimension);
        file.Description.Write(shape.Kept);
        file.Description.Write(shape.Skew);
        file.Description.Write(shape.RestMean);
        file.Description.Write(shape.Step);
        file.Description.Write(shape.Error);
        file.Description.Write(shape.Radius);
        file.Add(FilterMean, filter.Memory.Mean);
        file.Add(FilterDirections, filter.Memory.Directions);
        file.Add(FilterCodes, filter.Memory.Codes);
        file.Add(FilterBias, filter.Memory.Bias);
        file.Add(FilterExceptions, filter.Memory.Exceptions);
    }

    private static BoundFilter Filter(IndexFile file, NeighborMetric metric, int nodeCount)
    {
        var read = file.Description;
        var shape = new FilterShape(
            metric, read.ReadInt32(), read.ReadInt32(), read.ReadDouble(), read.ReadSingle(), read.ReadSingle(), read.ReadDouble(), read.ReadDouble());
        var rowBytes = Padding.ForFloats(shape.Dimension) * sizeof(float);
        var blocks = (long)BoundFilter.BlocksOf(nodeCount);
        var width = shape.Kept < shape.Dimension ? shape.Kept + 1 : shape.Kept;
        return new BoundFilter(shape, new FilterMemory(
            file.Section(FilterMean, rowBytes),
            file.Section(FilterDirections, (long)shape.Kept * rowBytes),
            file.Section(FilterCodes, blocks * ((width + 3) / 4) * 64),
            file.Section(FilterBias, blocks * BoundFilter.BlockRows * sizeof(int)),
            file.Places(FilterExceptions)));
    }

    private static StoredColumn Column(IndexFile file, string section, int rowCount)
    {
        var (name, kind) = (file.Description.ReadString(), (PayloadKind)file.Description.ReadInt32());
        return new StoredColumn(name, kind, kind switch
        {
            PayloadKind.Text => Texts(file, section, rowCount),
            PayloadKind.Single => [file.Section(section, (long)rowCount * sizeof(float))],
            _ => [file.Section(section, (long)rowCount * sizeof(long))],
        });
    }

    private static MemoryBlock[] Texts(IndexFile file, string name, int rowCount)
    {
        var starts = file.Places(name, (rowCount + 1L) * sizeof(long));
        return [starts, file.Section(TextOf(name), starts.As<long>()[rowCount])];
    }

    private static string TextOf(string name) => name + ".text";
}
