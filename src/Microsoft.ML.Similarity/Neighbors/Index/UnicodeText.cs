namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Text that UTF-8 can hold, and that therefore comes back as it was.</summary>
internal static class UnicodeText
{
    /// <summary>Whether every half of a surrogate pair has its other.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        for (var at = Next(text); at >= 0; at = Next(text))
        {
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
                return false;
            text = text[(at + 2)..];
        }
        return true;

        static int Next(ReadOnlySpan<char> rest) => rest.IndexOfAnyInRange('\uD800', '\uDFFF');
    }
}
