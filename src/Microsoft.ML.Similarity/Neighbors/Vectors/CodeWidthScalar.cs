using System.Runtime.Intrinsics;

namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>One product after the other.</summary>
internal readonly unsafe struct CodeWidthScalar : ICodeWidth
{
    public static int One(sbyte* query, byte* row, int length)
    {
        var sum = 0;
        for (var i = 0; i < length; i++)
            sum += query[i] * row[i];
        return sum;
    }

    public static Vector128<int> Four(sbyte* query, byte* a, byte* b, byte* c, byte* d, int length) =>
        Vector128.Create(One(query, a, length), One(query, b, length), One(query, c, length), One(query, d, length));
}
