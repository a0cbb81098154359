using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>One query after the other, each over parts of the rows, one a thread.</summary>
internal sealed unsafe class SingleWork<TTerm, TTile>(RowTable table, BoundFilter? filter, Reusable<SearchScratch> scratches)
    : ExactWork(table, filter, scratches)
    where TTerm : struct, IMetricTerm
    where TTile : struct, ICodeTile
{
    private const int PartsPerThread = 4;
    private const int LeastPartPairs = 64;

    private readonly SearchScratch _encoding = new();
    private readonly Lock _merging = new();
    private Verifier<TTerm> _verifier;
    private FilterQuery _filterQuery;
    private KeyHeap _heap;
    private float* _query;
    private sbyte* _codes;
    private int _k;
    private int _partPairs;

    private int Pairs => (Blocks + 1) / 2;

    public override void Search(FloatRows queries, int k, RowMask mask, ulong* keys, int* counts, int threads)
    {
        _verifier = new Verifier<TTerm>(Table, mask);
        _k = k;
        _partPairs = threads == 1 ? Pairs : Math.Max(LeastPartPairs, (Pairs + (threads * PartsPerThread) - 1) / (threads * PartsPerThread));
        for (var i = 0; i < queries.Count; i++)
        {
            _query = queries.Row(i);
            _heap = new KeyHeap(keys + ((long)i * k), k);
            Encode(queries.Dimension);
            Run((Pairs + _partPairs - 1) / _partPairs, threads);
            counts[i] = _heap.Sort();
        }
    }

    protected override void Do(SearchScratch scratch, int chunk)
    {
        var keys = scratch.Reserve((long)_k * sizeof(ulong)).As<ulong>();
        KeyHeap heap;
        lock (_merging)
            heap = new KeyHeap(keys, _k, _heap.Limit);   // what others found
        var end = Math.Min((chunk + 1) * _partPairs, Pairs);
        if (Filter == null)
        {
            for (var pair = chunk * _partPairs; pair < end; pair++)
                _verifier.Verify(_query, 2 * pair * BoundFilter.BlockRows, Allowed(pair), ref heap);
        }
        else
        {
            Compare(Filter, chunk * _partPairs, end, ref heap);
        }
        lock (_merging)
        {
            for (var i = 0; i < heap.Count; i++)
                _heap.Offer(keys[i]);
        }
    }

    private void Compare(BoundFilter filter, int start, int end, ref KeyHeap heap)
    {
        var threshold = filter.Threshold(_filterQuery, heap.LimitDistance);
        for (var pair = start; pair < end; pair++)
        {
            var bits = TTile.CompareTwo(filter.Block(2 * pair), _codes, filter.Steps, filter.Bias(2 * pair), threshold);
            if (bits == 0)
                continue;
            var first = 2 * pair * BoundFilter.BlockRows;
            if (_verifier.Verify(_query, first, _verifier.Allowed(first, bits), ref heap))
                threshold = filter.Threshold(_filterQuery, heap.LimitDistance);
        }
    }

    private uint Allowed(int pair)
    {
        var existing = Existing(2 * pair) | ((2 * pair) + 1 < Blocks ? Existing((2 * pair) + 1) << BoundFilter.BlockRows : 0);
        return _verifier.Allowed(2 * pair * BoundFilter.BlockRows, existing);
    }

    private void Encode(int dimension)
    {
        if (Filter == null)
            return;
        var memory = _encoding.Reserve(((long)Filter.ScratchFloats * sizeof(float)) + (Filter.Steps * 4));
        _codes = (sbyte*)(memory.As<float>() + Filter.ScratchFloats);
        _filterQuery = Filter.Encode(_query, dimension, memory.As<float>(), _codes, 4);
        foreach (var node in Filter.Exceptions)
        {
            var first = node & ~(BoundFilter.BlockRows - 1);
            _verifier.Verify(_query, first, _verifier.Allowed(first, 1u << (node - first)), ref _heap);
        }
    }
}
