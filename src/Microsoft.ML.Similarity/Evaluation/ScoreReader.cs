namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>Reads the label and score columns of a view into memory, in one pass.</summary>
internal static class ScoreReader
{
    /// <summary>Leaves out, and counts, the pairs whose score is NaN.</summary>
    public static ScoredPairs ReadPairs(IDataView data, DataViewSchema.Column label, DataViewSchema.Column score, bool smallerIsSimilar)
    {
        var (matches, scores, skipped) = Read<bool>(data, label, score, (_, value) => !float.IsNaN(value));
        return new(scores, matches, smallerIsSimilar, skipped);
    }

    /// <summary>Leaves out, and counts, the rows whose label or score is NaN or infinite.</summary>
    public static (float[] Labels, float[] Scores, long Skipped) ReadNumbers(IDataView data, DataViewSchema.Column label, DataViewSchema.Column score) =>
        Read<float>(data, label, score, (gold, value) => float.IsFinite(gold) && float.IsFinite(value));

    private static (T[] Labels, float[] Scores, long Skipped) Read<T>(
        IDataView data, DataViewSchema.Column label, DataViewSchema.Column score, Func<T, float, bool> isUsable)
    {
        using var cursor = data.GetRowCursor([label, score]);
        var readLabel = cursor.GetGetter<T>(label);
        var readScore = cursor.GetGetter<float>(score);
        var labels = new List<T>();
        var scores = new List<float>();
        var skipped = 0L;
        T labelValue = default!;
        float scoreValue = 0;
        while (cursor.MoveNext())
        {
            readLabel(ref labelValue);
            readScore(ref scoreValue);
            if (isUsable(labelValue, scoreValue))
            {
                labels.Add(labelValue);
                scores.Add(scoreValue);
            }
            else
                skipped++;
        }
        return ([.. labels], [.. scores], skipped);
    }
}
