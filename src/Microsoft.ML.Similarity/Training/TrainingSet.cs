using Microsoft.ML.Similarity.Relations;

namespace Microsoft.ML.Similarity.Training;

/// <summary>The training rows, read once: features, class of each row, and weights where there are any.</summary>
/// <param name="features">The rows.</param>
/// <param name="classes">The class of each row, from 0.</param>
/// <param name="labels">The labels behind the classes.</param>
/// <param name="weights">What each row weighs, or null.</param>
/// <param name="categories">The category of each row, a class of classes; or null.</param>
internal sealed class TrainingSet(FeatureStore features, int[] classes, LabelClasses labels, float[]? weights, int[]? categories) : IDisposable
{
    public FeatureStore Features { get; } = features;

    /// <summary>The class of each row, from 0.</summary>
    public int[] Classes { get; } = classes;

    /// <summary>The labels behind the classes.</summary>
    public LabelClasses Labels { get; } = labels;

    public int ClassCount => Labels.Count;

    /// <summary>Which classes belong together; null where each does with itself alone.</summary>
    public ClassRelation? Relation { get; } = labels.Relate();

    /// <summary>The weight of each row, or null.</summary>
    public float[]? Weights { get; } = weights;

    /// <summary>The category of each row, or null.</summary>
    public int[]? Categories { get; } = categories;

    public int Count => Classes.Length;

    /// <summary>Whether some two of the rows belong together, and whether some two do not.</summary>
    public (bool AnyAlike, bool AnyDifferent) Contrasts(ReadOnlySpan<int> rows)
    {
        var groups = GroupByClass(rows, Classes, ClassCount);
        if (Relation is null)
            return (Array.Exists(groups, group => group.Length > 1), groups.Length > 1);
        var (alike, different) = (false, false);
        for (var i = 0; i < groups.Length && !(alike && different); i++)
        {
            for (var j = 0; j <= i && !(alike && different); j++)
            {
                if (i == j && groups[i].Length == 1)
                    continue;
                if (Relation.AreRelated(Classes[groups[i][0]], Classes[groups[j][0]]))
                    alike = true;
                else
                    different = true;
            }
        }
        return (alike, different);
    }

    /// <summary>Some rows' numbers, by class; classes without any are left out.</summary>
    public static int[][] GroupByClass(ReadOnlySpan<int> rows, int[] classes, int classCount)
    {
        // Counted first: lists that grow would take twice the memory of many rows.
        var sizes = new int[classCount];
        foreach (var row in rows)
            sizes[classes[row]]++;
        var groups = Array.ConvertAll(sizes, size => size == 0 ? null : new int[size]);
        foreach (var row in rows)
        {
            var c = classes[row];
            groups[c]![^sizes[c]--] = row;
        }
        return [.. groups.OfType<int[]>()];
    }

    public void Dispose() => Features.Dispose();
}
