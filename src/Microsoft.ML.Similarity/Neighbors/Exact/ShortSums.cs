using Microsoft.ML.Similarity.Neighbors.Vectors;

namespace Microsoft.ML.Similarity.Neighbors.Exact;

/// <summary>Sums of 16 bits, three multiplications where those of 32 take four, for queries whose codes are not too large: those of nearly all queries are not.</summary>
internal readonly unsafe struct ShortSums : IStepSums
{
    private const int LargestSum = short.MaxValue / CodeScale.RowMost;

    public static bool AreShort => true;

    /// <summary>Whether no sum can overflow, whatever the rows.</summary>
    /// <param name="codes">A query's, four in each step.</param>
    /// <param name="steps">How many steps.</param>
    public static bool Fit(sbyte* codes, int steps)
    {
        for (var step = 0; step + 1 < steps; step += 2, codes += 8)
        {
            // Products are added in twos, and then those of the two steps.
            if (!Fit(codes[0], codes[1], codes[4], codes[5]) || !Fit(codes[2], codes[3], codes[6], codes[7]))
                return false;
        }
        return true;
    }

    private static bool Fit(int a, int b, int c, int d) =>
        Math.Max(a, 0) + Math.Max(b, 0) + Math.Max(c, 0) + Math.Max(d, 0) <= LargestSum
        && Math.Min(a, 0) + Math.Min(b, 0) + Math.Min(c, 0) + Math.Min(d, 0) >= -LargestSum;
}
