using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Relations;

/// <summary>Numbers rows of one label each.</summary>
internal sealed class SingleLabels(RowRelation relation, DataViewSchema.Column column) : LabelClasses
{
    private readonly LabelVocabulary _vocabulary = LabelVocabulary.For(column);

    public override int Count => _vocabulary.Count;

    public override int[] LabelsOf(int number) => [number];

    public override string TextOf(int number) => _vocabulary.TextOf(number);

    public override Func<int> CreateReader(DataViewRow row, DataViewSchema.Column label) => LabelReader.Create(row, label, _vocabulary);

    public override ClassRelation? Relate() => relation.Relate(_vocabulary);
}
