namespace Microsoft.ML.Similarity.Encoders;

/// <summary>What a network of dense layers looks like between its inputs and its outputs.</summary>
/// <param name="HiddenWidths">The widths of the hidden layers.</param>
/// <param name="Activation">The function after each of them.</param>
/// <param name="BatchNorm">Whether they are normalised over the batch.</param>
/// <param name="Shortcut">Whether a linear map of the inputs is added to the outputs.</param>
internal sealed record DenseShape(IReadOnlyList<int> HiddenWidths, Activation Activation, bool BatchNorm, bool Shortcut)
{
    // With a shortcut the layers speak more softly, so that the linear map is learned first.
    public const double LayersBesideShortcut = 0.1;

    public const string ShortcutName = "shortcut";
    public const string MeanName = "input_mean";
    public const string DeviationName = "input_deviation";
    public const double BatchNormEpsilon = 1e-5;

    /// <summary>A single linear map.</summary>
    public static DenseShape Linear { get; } = new([], Activation.None, BatchNorm: false, Shortcut: false);

    public static string LinearName(int layer) => $"linear{layer}";

    public static string NormName(int layer) => $"norm{layer}";

    /// <summary>The weights of a network that gives the first values of the output only: those of the maps that end in it are cut.</summary>
    public EncoderWeights Truncate(EncoderWeights weights, int dimension)
    {
        string[] maps = [LinearName(HiddenWidths.Count), ShortcutName];
        return new(weights.Entries.Select(entry => Array.Exists(maps, map => entry.Key.StartsWith($"{map}.", StringComparison.Ordinal))
            ? KeyValuePair.Create(entry.Key, entry.Value.FirstRows(dimension))
            : entry));
    }
}
