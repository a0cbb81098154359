using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The mapping of a k-nearest-neighbours transformer.</summary>
/// <param name="model">What is searched, and for what.</param>
/// <param name="rowIds">
/// While a pipeline trains: the view's own ids of the reference rows, so that a row is not its own neighbour. Otherwise null.
/// </param>
internal sealed class NeighborMapping(NeighborModel model, IReadOnlyList<DataViewRowId>? rowIds = null) : IBatchMapping
{
    // Bounds the memory of a cursor where very many neighbours are asked for.
    private const int BatchNeighbors = 1 << 20;

    private readonly int _numberOfNeighbors = Math.Min(model.NumberOfNeighbors, model.Set.Count);

    public int BatchSize => Math.Clamp(BatchNeighbors / _numberOfNeighbors, 1, 256);

    public IReadOnlyList<DataViewSchema.DetachedColumn> GetOutputColumns(DataViewSchema input) => model.Output.GetOutputColumns(input);

    public IReadOnlyList<int> GetInputColumns(DataViewSchema input)
    {
        var features = InputColumns.Features(input, model.FeatureColumn, dimension: model.Set.Dimension).Index;
        return model.Ids is null ? [features] : [features, model.Ids.Required(input).Index];
    }

    public IBatchScorer CreateScorer(DataViewRow input, int capacity) => new Scorer(this, model, rowIds, input, capacity);

    private sealed class Scorer : IBatchScorer
    {
        private readonly NeighborModel _model;
        private readonly NeighborResults _results;
        private readonly NeighborSearch _search;
        private readonly FeatureReader _features;
        private readonly int[] _slots;
        private readonly Action<int>? _gatherId;
        private readonly Func<int, int, bool>? _excludes;

        public Scorer(NeighborMapping mapping, NeighborModel model, IReadOnlyList<DataViewRowId>? rowIds, DataViewRow input, int capacity)
        {
            _model = model;
            _results = new NeighborResults(capacity, model.Set.Dimension, mapping._numberOfNeighbors);
            _search = new NeighborSearch(model.Set.Index, _results);
            _slots = new int[capacity];
            _features = new FeatureReader(input, input.Schema[model.FeatureColumn]);
            if (model.Ids is { } ids)
            {
                var queries = new int[capacity];
                var read = ids.CreateReader(input);
                var column = model.Set.Columns.ColumnCount - 1;
                _gatherId = slot => queries[slot] = read();
                _excludes = (slot, row) => queries[slot] != LabelReader.Missing && model.Set.Value<int>(row, column) == queries[slot];
            }
            else if (rowIds is not null)
            {
                var queries = new DataViewRowId[capacity];
                var read = input.GetIdGetter();
                _gatherId = slot => read(ref queries[slot]);
                _excludes = (slot, row) => rowIds[row].Equals(queries[slot]);
            }
        }

        public void Gather(int slot)
        {
            _features.ReadInto(_results.Query(slot));
            _gatherId?.Invoke(slot);
        }

        public void Evaluate(int count)
        {
            var finite = 0;
            for (var slot = 0; slot < count; slot++)
            {
                _results.Counts[slot] = 0;
                if (FeatureReader.IsFinite(_results.Query(slot)))
                    _slots[finite++] = slot;
            }
            _search.Run(_slots.AsSpan(0, finite), _excludes, spare: _excludes is null ? 0 : 1);
        }

        public Delegate CreateGetter(int outputColumn, Func<int> slot) => _model.Output.CreateGetter(_model.Set, _results, outputColumn, slot);

        public void Dispose()
        {
        }
    }
}
