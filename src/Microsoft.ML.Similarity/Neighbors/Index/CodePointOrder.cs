namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Strings in the order of their code points, which is that of their UTF-8.</summary>
internal sealed class CodePointOrder : IComparer<string>
{
    public static readonly CodePointOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x, b = y;
        var common = a.CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
            return a.Length.CompareTo(b.Length);
        return Rank(a[common]).CompareTo(Rank(b[common]));
    }

    // Surrogates stand for code points above all that fit one char.
    private static int Rank(char c) => char.IsSurrogate(c) ? c + char.MaxValue : c;
}
