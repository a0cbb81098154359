using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Relations;

/// <summary>Numbers the distinct sets of labels of rows.</summary>
internal sealed class LabelSets(DataViewSchema.Column column, double minimumOverlap) : LabelClasses
{
    private readonly LabelVocabulary _vocabulary = LabelVocabulary.For(column);
    private readonly Dictionary<int[], int> _numbers = new(new ByValue());
    private readonly List<int[]> _sets = [];

    public override int Count => _sets.Count;

    public override int[] LabelsOf(int number) => _sets[number];

    public override string TextOf(int number) => string.Join(", ", _sets[number].Select(_vocabulary.TextOf));

    public override Func<int> CreateReader(DataViewRow row, DataViewSchema.Column label)
    {
        var read = LabelSetReader.Create(row, label, _vocabulary);
        return () =>
        {
            var set = read();
            if (set.Length == 0)
                return LabelReader.Missing;
            if (!_numbers.TryGetValue(set, out var number))
            {
                _numbers.Add(set, number = _sets.Count);
                _sets.Add(set);
            }
            return number;
        };
    }

    public override ClassRelation Relate() => new SharedLabelsRelation(_sets, _vocabulary.Count, minimumOverlap);

    private sealed class ByValue : EqualityComparer<int[]>
    {
        public override bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public override int GetHashCode(int[] obj)
        {
            var hash = new HashCode();
            foreach (var label in obj)
                hash.Add(label);
            return hash.ToHashCode();
        }
    }
}
