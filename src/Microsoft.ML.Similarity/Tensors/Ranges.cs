namespace Microsoft.ML.Similarity.Tensors;

/// <summary>The ranges of declared values: each method gives the value back, or says what is wrong with it.</summary>
internal static class Ranges
{
    /// <summary>Refuses a value that is not a finite number above <paramref name="bound"/>.</summary>
    public static double Above(double value, double bound, string name) =>
        double.IsFinite(value) && value > bound
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number above {bound}.");

    /// <summary>Refuses a value outside two bounds, which are allowed themselves.</summary>
    public static double Between(double value, double least, double most, string name) =>
        value >= least && value <= most
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least {least} and at most {most}.");

    /// <summary>Refuses a value that is not a finite number of at least <paramref name="least"/>.</summary>
    public static double AtLeast(double value, double least, string name) =>
        double.IsFinite(value) && value >= least
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number of at least {least}.");

    /// <summary>Refuses a value below 0, or of 1 or more.</summary>
    public static double Fraction(double value, string name) =>
        value is >= 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 0 and less than 1.");
}
