using System.Globalization;

namespace Microsoft.ML.Similarity.Rows;

/// <summary>Reads the weights of training rows.</summary>
internal static class WeightReader
{
    public const string Role = "example weight";

    /// <summary>A function that gives the weight of the current row, whose position it takes for its message.</summary>
    /// <exception cref="InvalidOperationException">Thrown by the function: the weight is negative, infinite or NaN.</exception>
    public static Func<long, float> Create(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<float>(column);
        var weight = 0f;
        return position =>
        {
            getter(ref weight);
            return float.IsFinite(weight) && weight >= 0
                ? weight
                : throw new InvalidOperationException(
                    $"Column '{column.Name}' has the weight {weight.ToString(CultureInfo.InvariantCulture)} in row {position} (counted from 0); a weight must be a finite number of at least 0.");
        };
    }
}
