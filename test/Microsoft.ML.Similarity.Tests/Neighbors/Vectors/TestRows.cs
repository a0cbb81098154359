using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Vectors;

/// <summary>Padded rows of normal numbers in native memory.</summary>
internal sealed unsafe class TestRows : IDisposable
{
    private readonly AlignedMemory _memory;

    public TestRows(int count, int dimension, int seed, float size = 1)
    {
        _memory = AlignedMemory.For<float>((long)count * Padding.ForFloats(dimension));
        Rows = new FloatRows((float*)_memory.Pointer, count, dimension);
        var numbers = new NormalNumbers((ulong)seed);
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < dimension; j++)
                Rows.Row(i)[j] = size * numbers.Next();
        }
    }

    public FloatRows Rows { get; }

    public void Dispose() => _memory.Dispose();
}
