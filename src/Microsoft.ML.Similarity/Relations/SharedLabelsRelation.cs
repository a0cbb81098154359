namespace Microsoft.ML.Similarity.Relations;

/// <summary>Classes that are sets of labels, related when they overlap enough.</summary>
internal sealed class SharedLabelsRelation : ClassRelation
{
    private readonly IReadOnlyList<int[]> _sets;
    private readonly double _minimumOverlap;
    private readonly int[][] _setsByLabel;

    /// <param name="sets">The labels of each class, distinct, ascending and not empty.</param>
    /// <param name="labelCount">Labels are numbered from 0 to this, excluded.</param>
    /// <param name="minimumOverlap">The least Jaccard index, 0 to 1.</param>
    public SharedLabelsRelation(IReadOnlyList<int[]> sets, int labelCount, double minimumOverlap)
    {
        _sets = sets;
        _minimumOverlap = minimumOverlap;
        var byLabel = new List<int>[labelCount];
        for (var set = 0; set < sets.Count; set++)
        {
            foreach (var label in sets[set])
                (byLabel[label] ??= []).Add(set);
        }
        _setsByLabel = Array.ConvertAll(byLabel, list => list?.ToArray() ?? []);
    }

    public override bool AreRelated(int first, int second)
    {
        var (left, right) = (_sets[first], _sets[second]);
        var (i, j, shared) = (0, 0, 0);
        while (i < left.Length && j < right.Length)
        {
            var order = left[i].CompareTo(right[j]);
            shared += order == 0 ? 1 : 0;
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        return IsEnough(shared, left, right);
    }

    public override RelatedClasses CreateFinder() => new Finder(this);

    // A quotient rounds as a written threshold does; a product of the threshold might not.
    private bool IsEnough(int shared, int[] left, int[] right) =>
        shared > 0 && (double)shared / (left.Length + right.Length - shared) >= _minimumOverlap;

    private sealed class Finder(SharedLabelsRelation relation) : RelatedClasses
    {
        private readonly int[] _shared = new int[relation._sets.Count];
        private readonly int[] _found = new int[relation._sets.Count];

        public override ReadOnlySpan<int> Of(int number)
        {
            var touched = 0;
            var own = relation._sets[number];
            foreach (var label in own)
            {
                foreach (var set in relation._setsByLabel[label])
                {
                    if (_shared[set]++ == 0)
                        _found[touched++] = set;
                }
            }
            var count = 0;
            foreach (var set in _found.AsSpan(0, touched))
            {
                if (relation.IsEnough(_shared[set], own, relation._sets[set]))
                    _found[count++] = set;
                _shared[set] = 0;
            }
            return _found.AsSpan(0, count);
        }
    }
}
