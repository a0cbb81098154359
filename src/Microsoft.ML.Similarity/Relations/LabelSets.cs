using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Relations;

/// <summary>Numbers the distinct sets of labels of rows.</summary>
internal sealed class LabelSets(DataViewSchema.Column column, double minimumOverlap) : LabelClasses
{
    private readonly LabelVocabulary _vocabulary = LabelVocabulary.For(column);
    private readonly LabelSetTable _table = new();

    public override int Count => _table.Sets.Count;

    public override int[] LabelsOf(int number) => _table.Sets[number];

    public override string TextOf(int number) => string.Join(", ", _table.Sets[number].Select(_vocabulary.TextOf));

    public override Func<int> CreateReader(DataViewRow row, DataViewSchema.Column label)
    {
        var read = LabelSetReader.Create(row, label, _vocabulary);
        return () =>
        {
            var set = read();
            return set.Length == 0 ? LabelReader.Missing : _table.Add(set);
        };
    }

    public override ClassRelation Relate() => new SharedLabelsRelation(_table.Sets, _vocabulary.Count, minimumOverlap);
}
