using Microsoft.ML.Similarity.Relations;

namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>Finds the references that belong together with a class of queries. One instance serves one thread.</summary>
/// <param name="references">The references.</param>
/// <param name="relation">How classes are related; null where only rows of one class belong together.</param>
internal sealed class RelevantRows(UsableRows references, ClassRelation? relation)
{
    private readonly RelatedClasses? _related = relation?.CreateFinder();
    private readonly int[] _rows = relation is null ? [] : new int[references.Count];

    /// <summary>Their numbers, in any order; valid until the next call.</summary>
    public ReadOnlySpan<int> Of(int number)
    {
        if (_related is null)
            return references.OfClass(number);
        var count = 0;
        foreach (var related in _related.Of(number))
        {
            var rows = references.OfClass(related);
            rows.CopyTo(_rows.AsSpan(count));
            count += rows.Length;
        }
        return _rows.AsSpan(0, count);
    }
}
