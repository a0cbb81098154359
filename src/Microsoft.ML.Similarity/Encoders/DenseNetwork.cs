using System.Buffers;
using System.Numerics.Tensors;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>Evaluates dense layers in managed code: no libtorch, no native memory, and for small networks faster than either.</summary>
/// <remarks>
/// A row's embedding is bit for bit the same whether it is computed alone or in a batch, from a dense or a sparse vector.
/// Immutable, so safe for use by several threads.
/// </remarks>
internal sealed class DenseNetwork
{
    // Below about this many multiply-adds, starting threads costs more than it saves.
    private const long WorthThreads = 4_000_000;
    private const int RowsPerTask = 64;
    private const float SmallestNorm = 1e-12f;

    private readonly DenseLayer[] _layers;
    private readonly bool _normalize;
    private readonly int _widest;

    public DenseNetwork(IEnumerable<DenseLayer> layers, bool normalize)
    {
        _layers = [.. layers];
        _normalize = normalize;
        _widest = _layers.Max(layer => layer.Stride);
        MultiplyAdds = _layers.Sum(layer => (long)layer.Inputs * layer.Stride);
    }

    public int InputDimension => _layers[0].Inputs;

    public int OutputDimension => _layers[^1].Outputs;

    /// <summary>The work of one row.</summary>
    public long MultiplyAdds { get; }

    /// <summary>Embeds rows that lie one after another.</summary>
    /// <param name="rows">[count, inputs].</param>
    /// <param name="embeddings">[count, outputs].</param>
    /// <param name="count">The number of rows.</param>
    public void Evaluate(float[] rows, float[] embeddings, int count)
    {
        if (count * MultiplyAdds < WorthThreads)
        {
            EvaluateRange(rows, embeddings, 0, count);
            return;
        }
        Parallel.For(0, (count + RowsPerTask - 1) / RowsPerTask, task =>
            EvaluateRange(rows, embeddings, task * RowsPerTask, Math.Min(count, (task + 1) * RowsPerTask)));
    }

    /// <summary>Embeds one row; of a sparse vector only the stored values cost time.</summary>
    public void Evaluate(in VBuffer<float> row, Span<float> embedding)
    {
        var scratch = ArrayPool<float>.Shared.Rent(2 * _widest);
        try
        {
            var hidden = scratch.AsSpan(0, _layers[0].Stride);
            if (row.IsDense)
                DenseKernel.Multiply(row.GetValues(), 1, _layers[0], hidden);
            else
                DenseKernel.MultiplySparse(row.GetValues(), row.GetIndices(), _layers[0], hidden);
            Finish(scratch, 1, embedding);
            if (!FeatureReader.IsFinite(row.GetValues()))
                embedding.Fill(float.NaN);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(scratch);
        }
    }

    private void EvaluateRange(float[] rows, float[] embeddings, int start, int end)
    {
        var scratch = ArrayPool<float>.Shared.Rent(2 * DenseKernel.TileRows * _widest);
        try
        {
            for (var row = start; row < end; row += DenseKernel.TileRows)
            {
                var count = Math.Min(DenseKernel.TileRows, end - row);
                var input = rows.AsSpan(row * InputDimension, count * InputDimension);
                var output = embeddings.AsSpan(row * OutputDimension, count * OutputDimension);
                DenseKernel.Multiply(input, count, _layers[0], scratch.AsSpan(0, count * _layers[0].Stride));
                Finish(scratch, count, output);
                for (var i = 0; i < count; i++)
                {
                    if (!FeatureReader.IsFinite(input.Slice(i * InputDimension, InputDimension)))
                        output.Slice(i * OutputDimension, OutputDimension).Fill(float.NaN);
                }
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(scratch);
        }
    }

    // The two halves of the scratch hold, in turn, one layer's outputs and the next one's; padding is carried as zeros.
    private void Finish(float[] scratch, int count, Span<float> embeddings)
    {
        var half = scratch.Length / 2;
        var current = scratch.AsSpan(0, half);
        var next = scratch.AsSpan(half, half);
        Activate(_layers[0], current, count);
        for (var i = 1; i < _layers.Length; i++)
        {
            DenseKernel.Multiply(current[..(count * _layers[i - 1].Stride)], count, _layers[i], next, _layers[i - 1].Stride);
            Activate(_layers[i], next, count);
            var swap = current;
            current = next;
            next = swap;
        }
        var last = _layers[^1];
        for (var i = 0; i < count; i++)
        {
            var embedding = embeddings.Slice(i * last.Outputs, last.Outputs);
            current.Slice(i * last.Stride, last.Outputs).CopyTo(embedding);
            if (_normalize)
                TensorPrimitives.Divide(embedding, MathF.Max(TensorPrimitives.Norm<float>(embedding), SmallestNorm), embedding);
        }
    }

    private static void Activate(DenseLayer layer, Span<float> outputs, int count)
    {
        if (layer.Activation == Activation.None)
            return;
        var values = outputs[..(count * layer.Stride)];
        switch (layer.Activation)
        {
            case Activation.Relu:
                TensorPrimitives.Max(values, 0f, values);
                break;
            case Activation.LeakyRelu:
                foreach (ref var value in values)
                    value = value > 0 ? value : value * 0.01f;
                break;
            case Activation.Tanh:
                TensorPrimitives.Tanh<float>(values, values);
                break;
            default:
                for (var i = 0; i < values.Length; i++)
                    values[i] /= 1 + MathF.Exp(-values[i]);
                break;
        }
    }
}
