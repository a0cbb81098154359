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
    private readonly DenseLayer? _shortcut;
    private readonly bool _normalize;
    private readonly float[]? _shift;
    private readonly int _widest;

    /// <param name="layers">One after another.</param>
    /// <param name="shortcut">A layer from the inputs whose outputs are added to the last one's; null for none.</param>
    /// <param name="normalize">Whether embeddings are scaled to length 1.</param>
    /// <param name="shift">[inputs], taken from every row first; null for none. With it a sparse row costs as much as a dense one.</param>
    public DenseNetwork(IEnumerable<DenseLayer> layers, DenseLayer? shortcut, bool normalize, float[]? shift = null)
    {
        _layers = [.. layers];
        _shortcut = shortcut;
        _normalize = normalize;
        _shift = shift;
        _widest = _layers.Max(layer => layer.Stride);
        MultiplyAdds = _layers.Append(shortcut).Sum(layer => (long)(layer?.Inputs ?? 0) * (layer?.Stride ?? 0));
    }

    public int InputDimension => _layers[0].Inputs;

    public int OutputDimension => _layers[^1].Outputs;

    /// <summary>The work of one row.</summary>
    public long MultiplyAdds { get; }

    /// <summary>Embeds some of the rows that lie one after another.</summary>
    /// <param name="rows">[n, inputs].</param>
    /// <param name="embeddings">[n, outputs].</param>
    /// <param name="start">The first row to embed.</param>
    /// <param name="end">The row after the last one.</param>
    public void Evaluate(float[] rows, float[] embeddings, int start, int end)
    {
        if ((end - start) * MultiplyAdds < WorthThreads)
        {
            EvaluateRange(rows, embeddings, start, end);
            return;
        }
        Parallel.For(0, (end - start + RowsPerTask - 1) / RowsPerTask, task =>
            EvaluateRange(rows, embeddings, start + task * RowsPerTask, Math.Min(end, start + (task + 1) * RowsPerTask)));
    }

    /// <summary>Embeds one row; of a sparse vector only the stored values cost time.</summary>
    public void Evaluate(in VBuffer<float> row, Span<float> embedding)
    {
        if (_shift is not null)
        {
            EvaluateDense(row, embedding);
            return;
        }
        var scratch = ArrayPool<float>.Shared.Rent(3 * _widest);
        try
        {
            MultiplyRow(row, _layers[0], scratch.AsSpan(0, _layers[0].Stride));
            var direct = scratch.AsSpan(2 * _widest, _shortcut?.Stride ?? 0);
            if (_shortcut is not null)
                MultiplyRow(row, _shortcut, direct);
            Finish(scratch.AsSpan(0, 2 * _widest), direct, 1, embedding);
            if (!FeatureReader.IsFinite(row.GetValues()))
                embedding.Fill(float.NaN);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(scratch);
        }
    }

    private void EvaluateDense(in VBuffer<float> row, Span<float> embedding)
    {
        var dense = ArrayPool<float>.Shared.Rent(InputDimension);
        try
        {
            var values = dense.AsSpan(0, InputDimension);
            row.CopyTo(values);
            EvaluateRange(values, embedding);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(dense);
        }
    }

    private void EvaluateRange(float[] rows, float[] embeddings, int start, int end) => EvaluateRange(
        rows.AsSpan(start * InputDimension, (end - start) * InputDimension),
        embeddings.AsSpan(start * OutputDimension, (end - start) * OutputDimension));

    private void EvaluateRange(ReadOnlySpan<float> rows, Span<float> embeddings)
    {
        const int tile = DenseKernel.TileRows;
        var hidden = 3 * tile * _widest;
        var scratch = ArrayPool<float>.Shared.Rent(hidden + (_shift is null ? 0 : tile * InputDimension));
        try
        {
            var end = rows.Length / InputDimension;
            for (var row = 0; row < end; row += tile)
            {
                var count = Math.Min(tile, end - row);
                var given = rows.Slice(row * InputDimension, count * InputDimension);
                var output = embeddings.Slice(row * OutputDimension, count * OutputDimension);
                var input = _shift is null ? given : Subtract(given, _shift, scratch.AsSpan(hidden, given.Length));
                DenseKernel.Multiply(input, count, _layers[0], scratch.AsSpan(0, count * _layers[0].Stride));
                var direct = scratch.AsSpan(2 * tile * _widest, count * (_shortcut?.Stride ?? 0));
                if (_shortcut is not null)
                    DenseKernel.Multiply(input, count, _shortcut, direct);
                Finish(scratch.AsSpan(0, 2 * tile * _widest), direct, count, output);
                for (var i = 0; i < count; i++)
                {
                    if (!FeatureReader.IsFinite(given.Slice(i * InputDimension, InputDimension)))
                        output.Slice(i * OutputDimension, OutputDimension).Fill(float.NaN);
                }
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(scratch);
        }
    }

    private static ReadOnlySpan<float> Subtract(ReadOnlySpan<float> rows, float[] shift, Span<float> results)
    {
        for (var start = 0; start < rows.Length; start += shift.Length)
            TensorPrimitives.Subtract(rows.Slice(start, shift.Length), shift, results.Slice(start, shift.Length));
        return results;
    }

    // The two halves of the scratch hold, in turn, one layer's outputs and the next one's; padding is carried as zeros.
    private void Finish(Span<float> scratch, ReadOnlySpan<float> direct, int count, Span<float> embeddings)
    {
        var half = scratch.Length / 2;
        var current = scratch[..half];
        var next = scratch[half..];
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
            var outputs = current.Slice(i * last.Stride, last.Outputs);
            if (_shortcut is null)
                outputs.CopyTo(embedding);
            else
                TensorPrimitives.Add(outputs, direct.Slice(i * last.Stride, last.Outputs), embedding);
            if (_normalize)
                TensorPrimitives.Divide(embedding, MathF.Max(TensorPrimitives.Norm<float>(embedding), SmallestNorm), embedding);
        }
    }

    private static void MultiplyRow(in VBuffer<float> row, DenseLayer layer, Span<float> outputs)
    {
        if (row.IsDense)
            DenseKernel.Multiply(row.GetValues(), 1, layer, outputs);
        else
            DenseKernel.MultiplySparse(row.GetValues(), row.GetIndices(), layer, outputs);
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
