using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Queries that one thread searches together, in its scratch.</summary>
internal readonly unsafe ref struct BatchChunk
{
    private readonly float* _encoding;
    private readonly int _group;

    public BatchChunk(SearchScratch scratch, BoundFilter? filter, int count, int group)
    {
        Count = count;
        _group = group;
        var padded = (count + group - 1) / group * group;
        var heapBytes = Rounded((long)count * sizeof(KeyHeap));
        if (filter == null)
        {
            Heaps = scratch.Reserve(heapBytes).As<KeyHeap>();
            return;
        }
        var queryBytes = Rounded((long)count * sizeof(FilterQuery));
        var thresholdBytes = Rounded((long)padded * sizeof(int));
        var codeBytes = Rounded((long)padded * filter.Steps * 4);
        var memory = scratch.Reserve(heapBytes + queryBytes + thresholdBytes + codeBytes + ((long)filter.ScratchFloats * sizeof(float)));
        Heaps = memory.As<KeyHeap>();
        Queries = (FilterQuery*)(memory.Pointer + heapBytes);
        Thresholds = (int*)((byte*)Queries + queryBytes);
        Codes = (sbyte*)((byte*)Thresholds + thresholdBytes);
        _encoding = (float*)(Codes + codeBytes);
        new Span<byte>(Codes, (int)codeBytes).Clear();
        new Span<int>(Thresholds, padded).Fill(BoundFilter.PassNone);
    }

    public int Count { get; }

    public KeyHeap* Heaps { get; }

    public FilterQuery* Queries { get; }

    public int* Thresholds { get; }

    /// <summary>Group after group of queries; in each, four coordinates after four, those of each query.</summary>
    public sbyte* Codes { get; }

    public void Encode(BoundFilter filter, int i, float* query, int dimension)
    {
        var group = i / _group * _group;
        var codes = Codes + (group * filter.Steps * 4) + ((i - group) * 4);
        Queries[i] = filter.Encode(query, dimension, _encoding, codes, _group * 4);
        Thresholds[i] = BoundFilter.PassAll;
    }

    /// <summary>Whether <see cref="ShortSums"/> fit the codes of all queries of a group.</summary>
    public bool HaveShortSums(int group)
    {
        for (var i = group * _group; i < Math.Min((group + 1) * _group, Count); i++)
        {
            if (!Queries[i].HasShortSums)
                return false;
        }
        return true;
    }

    private static long Rounded(long bytes) => (bytes + AlignedMemory.Alignment - 1) / AlignedMemory.Alignment * AlignedMemory.Alignment;
}
