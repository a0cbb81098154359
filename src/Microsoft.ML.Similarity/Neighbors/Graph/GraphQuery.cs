using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Brings queries into the form of a graph's nodes.</summary>
internal sealed unsafe class GraphQuery
{
    private readonly GraphCoder? _coder;
    private readonly bool _lifts;
    private readonly double _radius;
    private readonly int _dimension;
    private readonly int _stride;

    public GraphQuery(RowTable table, GraphShape shape, GraphMemory memory)
    {
        _dimension = table.Nodes.Dimension;
        _lifts = table.Metric == NeighborMetric.InnerProduct;
        _radius = shape.Radius;
        _stride = Padding.ForFloats(_dimension + 1);
        if (shape.Codes != GraphCodes.Vectors && memory.Mean.Length > 0)
        {
            _coder = new GraphCoder(
                memory.Mean.As<float>(), memory.Directions.Length > 0 ? memory.Directions.As<float>() : null, _lifts ? _dimension + 1 : _dimension, shape.Kept, new CodeScale(shape.Step));
        }
    }

    /// <param name="query">Prepared as the rows are, padded.</param>
    /// <param name="memory">Where the form is put if it is not the query itself.</param>
    public void* Encode(float* query, SearchMemory memory)
    {
        if (!_lifts && _coder == null)
            return query;
        var scratch = memory.Query.Reserve(_stride + (_coder?.ScratchFloats ?? 0) + (_coder?.CodeLength ?? 0));
        var vector = query;
        if (_lifts)
        {
            Lift(query, scratch);
            vector = scratch;
        }
        if (_coder is not { } coder)
            return vector;
        var codes = (byte*)(scratch + _stride);
        _ = coder.Encode(vector, codes, scratch + _stride + coder.CodeLength);
        return codes;
    }

    // Of the length of the rows, for the codes to reach it; the new coordinate is 0.
    private void Lift(float* query, float* lifted)
    {
        double squared = 0;
        for (var i = 0; i < _dimension; i++)
            squared += (double)query[i] * query[i];
        var factor = squared > 0 ? _radius / Math.Sqrt(squared) : 0;
        for (var i = 0; i < _dimension; i++)
            lifted[i] = (float)(query[i] * factor);
        new Span<float>(lifted + _dimension, _stride - _dimension).Clear();
    }
}
