using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Rows of codes, 0 to 127, by squared Euclidean distance in steps.</summary>
/// <param name="codes">The codes of one row after the other.</param>
/// <param name="length">Of a row; padded.</param>
internal unsafe struct CodeNodes(byte* codes, int length) : INodes
{
    private readonly int _lines = Vectors.Prefetch.LinesOf(length);
    private byte* _target;

    public void SetTarget(void* vector) => _target = (byte*)vector;

    public void SetTarget(int node) => _target = Row(node);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float Distance(int node) => CodeDistances.One(_target, Row(node), length);

    // Not inlined: the callers' variables would take the registers that the loop needs.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public readonly Vector128<float> Distances(int a, int b, int c, int d) =>
        Vector128.ConvertToSingle(CodeDistances.Four(_target, Row(a), Row(b), Row(c), Row(d), length));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Prefetch(int node) => Vectors.Prefetch.Lines(Row(node), _lines);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte* Row(int node) => codes + ((long)node * length);
}
