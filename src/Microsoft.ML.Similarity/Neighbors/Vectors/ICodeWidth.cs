using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Products of codes in vectors of one width. Whole numbers: every width gives the same.</summary>
internal unsafe interface ICodeWidth
{
    static abstract int One(sbyte* query, byte* row, int length);

    static abstract Vector128<int> Four(sbyte* query, byte* a, byte* b, byte* c, byte* d, int length);
}
