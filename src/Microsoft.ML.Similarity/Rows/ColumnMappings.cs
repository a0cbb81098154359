namespace Microsoft.ML.Similarity.Rows;

/// <summary>
/// Several mappings of one column each as one. Those whose input column is not there are left out; one at least must be.
/// </summary>
internal sealed class ColumnMappings(IReadOnlyList<ColumnMappings.Part> parts) : IBatchMapping
{
    public int BatchSize { get; } = parts.Min(part => part.Mapping.BatchSize);

    public IReadOnlyList<DataViewSchema.DetachedColumn> GetOutputColumns(DataViewSchema input) =>
        [.. Present(input).SelectMany(part => part.Mapping.GetOutputColumns(input))];

    public IReadOnlyList<int> GetInputColumns(DataViewSchema input) =>
        [.. Present(input).SelectMany(part => part.Mapping.GetInputColumns(input)).Distinct()];

    public IBatchScorer CreateScorer(DataViewRow input, int capacity) =>
        new Scorer([.. Present(input.Schema).Select(part => part.Mapping.CreateScorer(input, capacity))]);

    private Part[] Present(DataViewSchema input)
    {
        Part[] present = [.. parts.Where(part => input.GetColumnOrNull(part.Column) is not null)];
        return present.Length > 0 ? present : throw InputColumns.Missing(parts[0].Role, parts[0].Column);
    }

    /// <param name="Role">What the input column is for, as messages name it.</param>
    /// <param name="Column">The input column.</param>
    /// <param name="Mapping">A mapping of that column to one output column.</param>
    internal sealed record Part(string Role, string Column, IBatchMapping Mapping);

    private sealed class Scorer(IBatchScorer[] scorers) : IBatchScorer
    {
        // Only columns that somebody reads are computed.
        private readonly List<IBatchScorer> _active = [];

        public void Gather(int slot)
        {
            foreach (var scorer in _active)
                scorer.Gather(slot);
        }

        public void Evaluate(int count)
        {
            foreach (var scorer in _active)
                scorer.Evaluate(count);
        }

        public Delegate CreateGetter(int outputColumn, Func<int> slot)
        {
            _active.Add(scorers[outputColumn]);
            return scorers[outputColumn].CreateGetter(0, slot);
        }

        public void Dispose()
        {
            foreach (var scorer in scorers)
                scorer.Dispose();
        }
    }
}
