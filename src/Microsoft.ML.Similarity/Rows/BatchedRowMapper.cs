using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Rows;

/// <summary>The single-row path of a batch mapping, as <see cref="PredictionEngine{TSrc,TDst}"/> takes it.</summary>
internal sealed class BatchedRowMapper(BatchBinding binding) : IRowToRowMapper
{
    public DataViewSchema InputSchema => binding.Input;

    public DataViewSchema OutputSchema => binding.Output;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        binding.RequiredInputs(binding.Activate(dependingColumns));

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        if (!ReferenceEquals(input.Schema, binding.Input))
            throw new ArgumentOutOfRangeException(nameof(input), "The row's schema is not the one this mapper was made for.");
        return new MappedRow(input, binding, binding.Activate(activeColumns));
    }

    private sealed class MappedRow : DataViewRow
    {
        private readonly DataViewRow _input;
        private readonly BatchBinding _binding;
        private readonly bool[] _active;
        private readonly IBatchScorer? _scorer;
        private readonly Delegate?[] _added;
        private long _evaluated = -1;

        public MappedRow(DataViewRow input, BatchBinding binding, bool[] active)
        {
            _input = input;
            _binding = binding;
            _active = active;
            _added = new Delegate?[binding.AddedCount];
            if (!binding.AnyAdded(active))
                return;
            _scorer = binding.Mapping.CreateScorer(input, capacity: 1);
            for (var i = 0; i < _added.Length; i++)
            {
                if (active[binding.Input.Count + i])
                    _added[i] = _scorer.CreateGetter(i, Evaluated);
            }
        }

        public override long Position => _input.Position;

        public override long Batch => _input.Batch;

        public override DataViewSchema Schema => _binding.Output;

        public override bool IsColumnActive(DataViewSchema.Column column) => _active[_binding.IndexOf(column)];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            var index = _binding.ActiveIndexOf(column, _active);
            return index < _binding.Input.Count
                ? _input.GetGetter<TValue>(_binding.Input[index])
                : BatchBinding.Typed<TValue>(_added[index - _binding.Input.Count]!, column);
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _scorer?.Dispose();
                _input.Dispose();
            }
            base.Dispose(disposing);
        }

        // Several columns of one row are computed once: the row's position tells rows apart.
        private int Evaluated()
        {
            var position = _input.Position;
            if (position < 0)
                throw BatchBinding.NotOnARow();
            if (position != _evaluated)
            {
                _scorer!.Gather(0);
                _scorer.Evaluate(1);
                _evaluated = position;
            }
            return 0;
        }
    }
}
