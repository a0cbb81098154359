using static Microsoft.ML.Similarity.Tensors.Ranges;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The sizes a Matryoshka loss trains, and what each of them counts.</summary>
internal static class Prefixes
{
    /// <summary>A copy of declared sizes: at least one, each at least 1, no two equal.</summary>
    public static IReadOnlyList<int> Dimensions(IReadOnlyList<int> value)
    {
        ArgumentNullException.ThrowIfNull(value, "Dimensions");
        int[] copy = [.. value];
        if (copy.Length == 0 || Array.Exists(copy, dimension => dimension < 1) || copy.Distinct().Count() < copy.Length)
            throw new ArgumentException($"Dimensions must be at least one number, each at least 1 and no two equal; got [{string.Join(", ", copy)}].", nameof(Dimensions));
        return copy;
    }

    /// <summary>A copy of declared weights, each at least 0; null stays null.</summary>
    public static IReadOnlyList<double>? Weights(IReadOnlyList<double>? value) =>
        value is null ? null : [.. value.Select(weight => AtLeast(weight, 0, nameof(Weights)))];

    /// <summary>A weight for each size.</summary>
    /// <exception cref="ArgumentException">There are not as many weights as sizes.</exception>
    public static IReadOnlyList<double> WeightsFor(IReadOnlyList<int> dimensions, IReadOnlyList<double>? weights)
    {
        if (weights is not null && weights.Count != dimensions.Count)
            throw new ArgumentException($"Weights must be as many as Dimensions, {dimensions.Count}; got {weights.Count}.", nameof(weights));
        return weights ?? [.. dimensions.Select(_ => 1.0)];
    }

    /// <summary>Refuses embeddings of fewer values than the largest size.</summary>
    public static void Check(string loss, IReadOnlyList<int> dimensions, long available)
    {
        if (dimensions.Max() > available)
            throw new InvalidOperationException($"{loss} has {dimensions.Max()} among its Dimensions; an embedding has {available} values.");
    }
}
