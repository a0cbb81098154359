using Microsoft.ML.Similarity.Neighbors.Graph;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Storage;

/// <summary>Takes graphs to files of indexes and back.</summary>
internal static class GraphFile
{
    private const string Base = "graph.base";
    private const string Upper = "graph.upper";
    private const string FirstUpperBlocks = "graph.firstUpperBlocks";
    private const string Levels = "graph.levels";
    private const string Codes = "graph.codes";
    private const string Mean = "graph.mean";
    private const string Directions = "graph.directions";
    private const string Exceptions = "graph.exceptions";

    public static void Add(IndexFileWriter file, GraphSearcher graph)
    {
        var (shape, write) = (graph.Shape, file.Description);
        write.Write((int)shape.Codes);
        write.Write(shape.Degree);
        write.Write(shape.Entry);
        write.Write(shape.Kept);
        write.Write(shape.Step);
        write.Write(shape.Radius);
        write.Write(shape.TargetRecall);
        write.Write(shape.Efforts.Length);
        foreach (var effort in shape.Efforts)
        {
            write.Write(effort.Neighbors);
            write.Write(effort.Width);
            write.Write(effort.Verified);
            write.Write(effort.Recall);
            write.Write(effort.Distances);
        }
        file.Add(Base, graph.Memory.Base);
        file.Add(Upper, graph.Memory.Upper);
        file.Add(FirstUpperBlocks, graph.Memory.FirstUpperBlocks);
        file.Add(Levels, graph.Memory.Levels);
        file.Add(Codes, graph.Memory.Codes);
        file.Add(Mean, graph.Memory.Mean);
        file.Add(Directions, graph.Memory.Directions);
        file.Add(Exceptions, graph.Memory.Exceptions);
    }

    public static GraphSearcher Load(IndexFile file, RowTable table)
    {
        var read = file.Description;
        var shape = new GraphShape(
            (GraphCodes)read.ReadInt32(), read.ReadInt32(), read.ReadInt32(), read.ReadInt32(), read.ReadSingle(), read.ReadDouble(), read.ReadDouble(),
            new GraphEffort[read.ReadInt32()]);
        for (var i = 0; i < shape.Efforts.Length; i++)
            shape.Efforts[i] = new GraphEffort(read.ReadInt32(), read.ReadInt32(), read.ReadInt32(), read.ReadDouble(), read.ReadDouble());
        long nodes = table.Nodes.Count;
        return new GraphSearcher(table, shape, new GraphMemory(
            file.Section(Base, nodes * 2 * shape.Degree * sizeof(int)),
            file.Places(Upper),
            file.Places(FirstUpperBlocks, nodes * sizeof(int)),
            file.Places(Levels, nodes),
            file.Section(Codes, nodes * CodeLength(table, shape)),
            file.Section(Mean),
            file.Section(Directions),
            file.Places(Exceptions)));
    }

    private static int CodeLength(RowTable table, GraphShape shape)
    {
        if (shape.Codes != GraphCodes.Vectors)
            return Padding.ForCodes(shape.Kept);
        return table.Metric == NeighborMetric.InnerProduct ? sizeof(float) : 0;
    }
}
