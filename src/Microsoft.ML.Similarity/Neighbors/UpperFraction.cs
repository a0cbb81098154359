namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Finds thresholds by the fraction of values that may lie above them.</summary>
internal static class UpperFraction
{
    /// <summary>The least value that at most a fraction of the values lie above; negative infinity where all of them may.</summary>
    /// <param name="values">At least one, none of them NaN; sorted by this.</param>
    /// <param name="fraction">From 0 to 1.</param>
    public static float Threshold(float[] values, double fraction)
    {
        Array.Sort(values);
        // Compared as the rate it comes to: the product may round below a whole number that it stands for.
        var above = (int)(values.Length * fraction);
        if (above < values.Length && (double)(above + 1) / values.Length <= fraction)
            above++;
        return above == values.Length ? float.NegativeInfinity : values[values.Length - 1 - above];
    }
}
