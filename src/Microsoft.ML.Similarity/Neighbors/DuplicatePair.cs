namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Two rows that are duplicates; ordered by the first row, the distance, and the second row.</summary>
internal readonly record struct DuplicatePair(int Left, int Right, float Distance) : IComparable<DuplicatePair>
{
    public int CompareTo(DuplicatePair other) => (Left, Distance, Right).CompareTo((other.Left, other.Distance, other.Right));
}
