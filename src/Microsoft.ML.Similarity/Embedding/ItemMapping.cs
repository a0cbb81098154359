using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Embedding;

/// <summary>From a column of ids to the embeddings of the items they stand for; NaN for an id that no item had.</summary>
internal sealed class ItemMapping(ItemEmbeddings items, string column, string role, DataViewSchema.DetachedColumn output) : IBatchMapping
{
    public int BatchSize => 256;

    public IReadOnlyList<DataViewSchema.DetachedColumn> GetOutputColumns(DataViewSchema input)
    {
        Find(input);
        return [output];
    }

    public IReadOnlyList<int> GetInputColumns(DataViewSchema input) => [Find(input).Index];

    public IBatchScorer CreateScorer(DataViewRow input, int capacity) => new Scorer(items, LabelReader.Create(input, Find(input.Schema), items.Ids), capacity);

    private DataViewSchema.Column Find(DataViewSchema input)
    {
        var found = InputColumns.Label(input, column, role);
        var family = LabelVocabulary.For(found).Family;
        return family == items.Ids.Family
            ? found
            : throw InputColumns.Mismatch(role, column, $"ids of the same kind as the items' ({items.Ids.Family})", $"{found.Type} ({family})");
    }

    private sealed class Scorer(ItemEmbeddings items, Func<int> read, int capacity) : IBatchScorer
    {
        private readonly int[] _found = new int[capacity];

        public void Gather(int slot) => _found[slot] = read();

        public void Evaluate(int count)
        {
        }

        public Delegate CreateGetter(int outputColumn, Func<int> slot) => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
        {
            var item = _found[slot()];
            var editor = VBufferEditor.Create(ref value, items.Dimension);
            items.CopyTo(item, editor.Values);
            value = editor.Commit();
        });

        public void Dispose()
        {
        }
    }
}
