using System.Numerics.Tensors;
using Microsoft.ML.Similarity.Rows;
using Microsoft.ML.Similarity.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Embedding;

/// <summary>The embeddings of known items, found by their ids. Immutable.</summary>
/// <param name="ids">The id of each item; frozen.</param>
/// <param name="values">Item after item.</param>
/// <param name="dimension">The number of values of an item.</param>
internal sealed class ItemEmbeddings(LabelVocabulary ids, float[] values, int dimension)
{
    public LabelVocabulary Ids => ids;

    public float[] Values => values;

    public int Dimension => dimension;

    /// <summary>The embedding of an item; NaN for <see cref="LabelReader.Missing"/>.</summary>
    public void CopyTo(int item, Span<float> destination)
    {
        if (item == LabelReader.Missing)
            destination.Fill(float.NaN);
        else
            values.AsSpan(item * dimension, dimension).CopyTo(destination);
    }

    /// <summary>The first values of each embedding.</summary>
    /// <param name="count">How many.</param>
    /// <param name="normalize">Whether to scale them to length 1 again.</param>
    public ItemEmbeddings Truncate(int count, bool normalize)
    {
        var cut = new float[ids.Count * count];
        for (var item = 0; item < ids.Count; item++)
        {
            var row = cut.AsSpan(item * count, count);
            values.AsSpan(item * dimension, count).CopyTo(row);
            var length = TensorPrimitives.Norm(row);
            if (normalize && length > 0)
                TensorPrimitives.Divide(row, length, row);
        }
        return new(ids, cut, count);
    }

    /// <summary>Embeds all rows of a store; row i has the id i.</summary>
    /// <exception cref="InvalidOperationException">The embeddings do not fit into one array.</exception>
    public static ItemEmbeddings Compute(EmbeddingModel model, LabelVocabulary ids, FeatureStore features, Device device)
    {
        var dimension = model.OutputDimension;
        if ((long)features.Count * dimension > Array.MaxLength)
        {
            throw new InvalidOperationException(
                $"{features.Count} items of {dimension} values are more than one array can hold ({Array.MaxLength}). Train on the items that the pairs name.");
        }
        using var generator = new Generator(0, CPU);
        using var module = model.Encoder.CreateModule(model.InputDimension, generator);
        module.SetWeights(model.Weights);
        module.to(device);
        module.eval();
        using var _ = no_grad();
        var values = new float[features.Count * dimension];
        for (var start = 0; start < features.Count; start += module.RowsAtOnce)
        {
            using var scope = NewDisposeScope();
            int[] rows = [.. Enumerable.Range(start, Math.Min(module.RowsAtOnce, features.Count - start))];
            module.call(features.Gather(rows)).cpu().contiguous().data<float>().CopyTo(values.AsSpan(start * dimension, rows.Length * dimension));
        }
        return new(ids, values, dimension);
    }
}
