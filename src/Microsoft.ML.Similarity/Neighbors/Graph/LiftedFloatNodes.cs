using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>Rows of floats with one more coordinate each, apart, by squared Euclidean distance; a query's is 0.</summary>
/// <remarks>With lifts that give all rows the same length, the nearest row is the one of the largest inner product.</remarks>
/// <param name="rows">The rows.</param>
/// <param name="lifts">A number for each row.</param>
internal unsafe struct LiftedFloatNodes(FloatRows rows, float* lifts) : INodes
{
    private FloatNodes _nodes = new(rows);
    private float _lift;

    public void SetTarget(void* vector)
    {
        _nodes.SetTarget(vector);
        _lift = 0;
    }

    public void SetTarget(int node)
    {
        _nodes.SetTarget(node);
        _lift = lifts[node];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float Distance(int node)
    {
        var difference = _lift - lifts[node];
        return MathF.FusedMultiplyAdd(difference, difference, _nodes.Distance(node));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector128<float> Distances(int a, int b, int c, int d)
    {
        var differences = Vector128.Create(_lift) - Vector128.Create(lifts[a], lifts[b], lifts[c], lifts[d]);
        return Vector128.FusedMultiplyAdd(differences, differences, _nodes.Distances(a, b, c, d));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Prefetch(int node)
    {
        Vectors.Prefetch.Lines(lifts + node, 1);
        _nodes.Prefetch(node);
    }
}
