namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>Turns centred values into codes: steps of a row, half steps of a query.</summary>
/// <remarks>
/// A row's code is 64 more than its number of steps, -63 to 63; a query's is its number of half steps, -127 to 127. With the norm of a
/// row the sum of its squared steps, the squared distance is, in squared half steps, query norm + 4 · row norm - 4 · (product - offset).
/// </remarks>
/// <param name="step">What one step stands for; above 0.</param>
internal readonly unsafe struct CodeScale(float step)
{
    private const int RowLimit = 63;
    private const int QueryLimit = 127;

    /// <summary>The code of the value 0 in a row.</summary>
    public const int RowZero = 64;

    /// <summary>The largest code of a row; the smallest is 1, or 0 in the padding.</summary>
    public const int RowMost = RowZero + RowLimit;

    public float Step => step;

    /// <summary>The step whose codes reach so far.</summary>
    public static CodeScale Reaching(float limit) => new(limit > 0 ? limit / RowLimit : 1);

    /// <param name="values">Centred.</param>
    /// <param name="count">The number of values; the codes up to the padded length become 0.</param>
    /// <param name="codes">As long as the count padded.</param>
    /// <param name="norm">The sum of the squared steps.</param>
    /// <returns>The squared distance of the values from what the codes stand for.</returns>
    public double EncodeRow(float* values, int count, byte* codes, out int norm)
    {
        double error = 0;
        norm = 0;
        for (var i = 0; i < count; i++)
        {
            var steps = Steps(values[i], 1 / step, RowLimit);
            var rest = values[i] - ((double)steps * step);
            error += rest * rest;
            norm += steps * steps;
            codes[i] = (byte)(steps + RowZero);
        }
        new Span<byte>(codes + count, Padding.ForCodes(count) - count).Clear();
        return error;
    }

    /// <param name="values">Centred.</param>
    /// <param name="count">The number of values; the codes up to the padded length become 0.</param>
    /// <param name="codes">As long as the count padded.</param>
    /// <param name="norm">The sum of the squared half steps.</param>
    /// <param name="offset">What to take from the product of the codes with a row's.</param>
    /// <returns>The squared distance of the values from what the codes stand for.</returns>
    public double EncodeQuery(float* values, int count, sbyte* codes, out int norm, out int offset)
    {
        double error = 0;
        var sum = 0;
        norm = 0;
        for (var i = 0; i < count; i++)
        {
            var halves = Steps(values[i], 2 / step, QueryLimit);
            var rest = values[i] - (halves * 0.5 * step);
            error += rest * rest;
            norm += halves * halves;
            sum += halves;
            codes[i] = (sbyte)halves;
        }
        new Span<sbyte>(codes + count, Padding.ForCodes(count) - count).Clear();
        offset = RowZero * sum;
        return error;
    }

    private static int Steps(float value, float perStep, int limit) =>
        (int)Math.Clamp(MathF.Round(value * perStep), -limit, limit);
}
