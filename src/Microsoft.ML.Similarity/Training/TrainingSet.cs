using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Training;

/// <summary>The training rows, read once: features, class of each row, and weights where there are any.</summary>
internal sealed class TrainingSet(FeatureStore features, int[] classes, LabelVocabulary vocabulary, float[]? weights) : IDisposable
{
    public FeatureStore Features { get; } = features;

    /// <summary>The class of each row, from 0.</summary>
    public int[] Classes { get; } = classes;

    /// <summary>The labels behind the classes.</summary>
    public LabelVocabulary Vocabulary { get; } = vocabulary;

    public int ClassCount => Vocabulary.Count;

    /// <summary>The weight of each row, or null.</summary>
    public float[]? Weights { get; } = weights;

    public int Count => Classes.Length;

    /// <summary>Some rows' numbers, by class; classes without any are left out.</summary>
    public static int[][] GroupByClass(ReadOnlySpan<int> rows, int[] classes, int classCount)
    {
        var groups = new List<int>[classCount];
        foreach (var row in rows)
            (groups[classes[row]] ??= []).Add(row);
        return [.. groups.Where(group => group is not null).Select(group => group.ToArray())];
    }

    public void Dispose() => Features.Dispose();
}
