using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Rows of floats, by squared Euclidean distance.</summary>
internal unsafe struct FloatNodes(FloatRows rows) : INodes
{
    private readonly float* _rows = rows.Start;
    private readonly int _stride = rows.Stride;
    private readonly int _lines = Vectors.Prefetch.LinesOf(rows.Stride * sizeof(float));
    private float* _target;

    public void SetTarget(void* vector) => _target = (float*)vector;

    public void SetTarget(int node) => _target = Row(node);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float Distance(int node) => FloatKernels<SquaredDifference>.One(_target, Row(node), _stride);

    // Not inlined: the callers' variables would take the registers that the loop needs.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public readonly Vector128<float> Distances(int a, int b, int c, int d) =>
        FloatKernels<SquaredDifference>.Four(_target, Row(a), Row(b), Row(c), Row(d), _stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Prefetch(int node) => Vectors.Prefetch.Lines(Row(node), _lines);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly float* Row(int node) => _rows + ((long)node * _stride);
}
