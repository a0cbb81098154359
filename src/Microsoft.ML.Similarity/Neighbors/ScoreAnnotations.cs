using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The annotations by which ML.NET's evaluators know the columns of a scorer.</summary>
internal static class ScoreAnnotations
{
    private const string SetId = "ScoreColumnSetId";

    /// <param name="annotations">Where they are added.</param>
    /// <param name="input">The schema scored; the columns of one scorer share a number that no column of the input has.</param>
    /// <param name="columnKind">The task: MulticlassClassification, Regression.</param>
    /// <param name="valueKind">Score or PredictedLabel.</param>
    public static void Add(DataViewSchema.Annotations.Builder annotations, DataViewSchema input, string columnKind, string valueKind)
    {
        var set = input.Select(SetIdOf).Append(0u).Max() + 1;
        annotations.AddPrimitiveValue("ScoreColumnKind", TextDataViewType.Instance, columnKind.AsMemory());
        annotations.AddPrimitiveValue("ScoreValueKind", TextDataViewType.Instance, valueKind.AsMemory());
        annotations.AddPrimitiveValue(SetId, new KeyDataViewType(typeof(uint), int.MaxValue), set);
    }

    private static uint SetIdOf(DataViewSchema.Column column)
    {
        var value = 0u;
        if (column.Annotations.Schema.GetColumnOrNull(SetId)?.Type.RawType == typeof(uint))
            column.Annotations.GetValue(SetId, ref value);
        return value;
    }
}
