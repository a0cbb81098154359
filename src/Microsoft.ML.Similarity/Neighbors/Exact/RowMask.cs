using System.Runtime.CompilerServices;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Which rows a search may return: bits of rows, 64 a word; either set may be missing.</summary>
/// <param name="allowed">Rows to be returned; null: all.</param>
/// <param name="removed">Rows not to be returned; null: none.</param>
internal readonly unsafe struct RowMask(ulong* allowed, ulong* removed)
{
    public bool IsEmpty => allowed == null && removed == null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Allows(int row) => (Word(row >> 6) >> (row & 63) & 1) != 0;

    /// <summary>The 64 rows from 64 · <paramref name="word"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Word(int word)
    {
        var bits = allowed == null ? ulong.MaxValue : allowed[word];
        return removed == null ? bits : bits & ~removed[word];
    }
}
