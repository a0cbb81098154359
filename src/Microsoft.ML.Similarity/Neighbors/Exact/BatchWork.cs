using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Many queries: each block of rows is compared with a chunk of them before the next is read.</summary>
internal sealed unsafe class BatchWork<TTerm, TTile>(RowTable table, BoundFilter? filter, Reusable<SearchScratch> scratches)
    : ExactWork(table, filter, scratches)
    where TTerm : struct, IMetricTerm
    where TTile : struct, ICodeTile
{
    private const int ChunkQueries = 256;

    // Where the filter lets through more than a quarter of what it sees, it is left aside for a while.
    private const int WindowBlocks = 64;
    private const int ScanBlocks = 256;
    private const int UselessPart = 4;

    private FloatRows _queries;
    private int _k;
    private int _chunkQueries;
    private Verifier<TTerm> _verifier;
    private ulong* _keys;
    private int* _counts;

    public override void Search(FloatRows queries, int k, RowMask mask, ulong* keys, int* counts, int threads)
    {
        (_queries, _k, _verifier) = (queries, k, new Verifier<TTerm>(Table, mask));
        _keys = keys;
        _counts = counts;
        var share = (queries.Count + threads - 1) / threads;
        _chunkQueries = Math.Min(ChunkQueries, (share + TTile.Queries - 1) / TTile.Queries * TTile.Queries);
        Run((queries.Count + _chunkQueries - 1) / _chunkQueries, threads);
    }

    protected override void Do(SearchScratch scratch, int chunk)
    {
        var first = chunk * _chunkQueries;
        var count = Math.Min(_chunkQueries, _queries.Count - first);
        var part = new BatchChunk(scratch, Filter, count, TTile.Queries);
        for (var i = 0; i < count; i++)
            part.Heaps[i] = new KeyHeap(_keys + ((long)(first + i) * _k), _k);
        if (Filter == null)
        {
            for (var block = 0; block < Blocks; block++)
                Scan(part, first, block);
        }
        else
        {
            Encode(Filter, part, first);
            Compare(Filter, part, first);
        }
        for (var i = 0; i < count; i++)
            _counts[first + i] = part.Heaps[i].Sort();
    }

    private void Encode(BoundFilter filter, in BatchChunk part, int first)
    {
        for (var i = 0; i < part.Count; i++)
        {
            var query = _queries.Row(first + i);
            part.Encode(filter, i, query, _queries.Dimension);
            foreach (var node in filter.Exceptions)
                Verify(filter, part, i, query, node & ~(BoundFilter.BlockRows - 1), 1u << (node & (BoundFilter.BlockRows - 1)));
        }
    }

    private void Compare(BoundFilter filter, in BatchChunk part, int first)
    {
        var groups = (part.Count + TTile.Queries - 1) / TTile.Queries;
        var queryBytes = TTile.Queries * filter.Steps * 4;
        var passed = stackalloc uint[TTile.Queries];
        var areShort = stackalloc bool[groups];
        for (var group = 0; group < groups; group++)
            areShort[group] = part.HaveShortSums(group);
        var seen = (long)WindowBlocks * BoundFilter.BlockRows * part.Count;
        long verified = 0;
        for (var block = 0; block < Blocks; block++)
        {
            var existing = _verifier.Allowed(block * BoundFilter.BlockRows, Existing(block));
            if (existing == 0)
                continue;
            for (var group = 0; group < groups; group++)
            {
                var query = group * TTile.Queries;
                var codes = part.Codes + (group * queryBytes);
                var any = areShort[group]
                    ? TTile.Compare<ShortSums>(filter.Block(block), codes, filter.Steps, filter.Bias(block), part.Thresholds + query, passed)
                    : TTile.Compare<IntSums>(filter.Block(block), codes, filter.Steps, filter.Bias(block), part.Thresholds + query, passed);
                if (!any)
                    continue;
                for (var i = 0; i < TTile.Queries; i++)
                {
                    var bits = passed[i] & existing;
                    if (bits == 0)
                        continue;
                    verified += System.Numerics.BitOperations.PopCount(bits);
                    Verify(filter, part, query + i, _queries.Row(first + query + i), block * BoundFilter.BlockRows, bits);
                }
            }
            if (block % WindowBlocks != WindowBlocks - 1)
                continue;
            if (verified > seen / UselessPart)
            {
                for (var end = Math.Min(block + ScanBlocks, Blocks - 1); block < end;)
                    Scan(part, first, ++block, filter);
                SetThresholds(filter, part);
            }
            verified = 0;
        }
    }

    private void Verify(BoundFilter filter, in BatchChunk part, int i, float* query, int node, uint bits)
    {
        bits = _verifier.Allowed(node, bits);
        if (_verifier.Verify(query, node, bits, ref part.Heaps[i]))
            part.Thresholds[i] = filter.Threshold(part.Queries[i], part.Heaps[i].LimitDistance);
    }

    private void Scan(in BatchChunk part, int first, int block, BoundFilter? filter = null)
    {
        var node = block * BoundFilter.BlockRows;
        var bits = _verifier.Allowed(node, Existing(block));
        if (filter != null)
            bits &= filter.Coded(block);
        var i = 0;
        if (bits == 0xFFFF && FloatTile<TTerm>.Pays)
        {
            for (; i + Verifier<TTerm>.TileQueries <= part.Count; i += Verifier<TTerm>.TileQueries)
                _verifier.VerifyTile(_queries.Row(first + i), node, part.Heaps + i);
        }
        for (; i < part.Count; i++)
            _verifier.Verify(_queries.Row(first + i), node, bits, ref part.Heaps[i]);
    }

    private static void SetThresholds(BoundFilter filter, in BatchChunk part)
    {
        for (var i = 0; i < part.Count; i++)
            part.Thresholds[i] = filter.Threshold(part.Queries[i], part.Heaps[i].LimitDistance);
    }
}
