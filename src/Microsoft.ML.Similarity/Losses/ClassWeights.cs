using static Microsoft.ML.Similarity.Tensors.Numbers;
using static Microsoft.ML.Similarity.Tensors.Ranges;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>Weights of rows that make up for classes of different sizes.</summary>
public static class ClassWeights
{
    /// <summary>A weight for each row: its class's number of rows to the power of minus <paramref name="balance"/>, scaled so that weights have the mean 1.</summary>
    /// <param name="labels">[B] integers, at least one.</param>
    /// <param name="balance">From 0, all rows weigh the same, to 1, all classes weigh the same. Default 1.</param>
    /// <returns>[B] float32, for <see cref="EmbeddedBatch"/>.</returns>
    /// <exception cref="ArgumentException">The labels are not a vector of integers.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="balance"/> is below 0 or above 1.</exception>
    public static Tensor Balanced(Tensor labels, double balance = 1)
    {
        using var scope = NewDisposeScope();
        Relation.CheckLabels(labels);
        Between(balance, 0, 1, nameof(balance));
        var (_, ofRow, counts) = labels.unique(sorted: true, return_inverse: true, return_counts: true);
        var weights = counts!.to(ScalarType.Float64).pow(Number(-balance)).index_select(0, ofRow!);
        return (weights / weights.mean()).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>The same in managed memory; no rows have no weights.</summary>
    /// <param name="classes">Each row's class.</param>
    /// <param name="balance">From 0 to 1.</param>
    internal static float[] Of(ReadOnlySpan<int> classes, double balance)
    {
        Between(balance, 0, 1, nameof(balance));
        var counts = new Dictionary<int, int>();
        foreach (var one in classes)
            counts[one] = counts.GetValueOrDefault(one) + 1;
        // The sum of all rows' powers is that of all classes' counts times their powers.
        var mean = counts.Values.Sum(count => count * Math.Pow(count, -balance)) / classes.Length;
        var weights = new float[classes.Length];
        for (var row = 0; row < weights.Length; row++)
            weights[row] = (float)(Math.Pow(counts[classes[row]], -balance) / mean);
        return weights;
    }
}
