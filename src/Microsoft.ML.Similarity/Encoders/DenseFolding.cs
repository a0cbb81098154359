namespace Microsoft.ML.Similarity.Encoders;

/// <summary>
/// From the weights of a <see cref="DenseModule"/> to a <see cref="DenseNetwork"/>: standardisation and batch normalisation
/// are linear once trained, so they are multiplied, in double precision, into the layers beside them.
/// </summary>
internal static class DenseFolding
{
    // A mean of this many deviations costs a float32 product about one decimal digit.
    private const double MostFolded = 8;

    public static DenseNetwork Fold(Encoder encoder, EncoderWeights weights, int inputDimension, DenseShape shape)
    {
        int[] widths = [inputDimension, .. shape.HiddenWidths, encoder.OutputDimension];
        var shift = Shift(encoder, weights, inputDimension);
        var layers = new List<DenseLayer>();
        for (var i = 0; i + 1 < widths.Length; i++)
        {
            var hidden = i < shape.HiddenWidths.Count;
            var (matrix, bias) = Read(weights, DenseShape.LinearName(i), widths[i], widths[i + 1]);
            if (i == 0)
                FoldInput(encoder, weights, matrix, bias, shift is null);
            if (hidden && shape.BatchNorm)
                FoldNorm(weights, DenseShape.NormName(i), matrix, bias);
            if (!hidden && shape.Shortcut)
                Scale(matrix, bias, DenseShape.LayersBesideShortcut);
            layers.Add(new DenseLayer(widths[i], widths[i + 1], matrix, bias, hidden ? shape.Activation : Activation.None));
        }
        return new DenseNetwork(layers, shape.Shortcut ? Shortcut(encoder, weights, inputDimension, shift is null) : null, encoder.L2Normalize, shift);
    }

    private static DenseLayer Shortcut(Encoder encoder, EncoderWeights weights, int inputDimension, bool foldMean)
    {
        var (matrix, bias) = Read(weights, DenseShape.ShortcutName, inputDimension, encoder.OutputDimension);
        FoldInput(encoder, weights, matrix, bias, foldMean);
        return new DenseLayer(inputDimension, encoder.OutputDimension, matrix, bias, Activation.None);
    }

    private static (double[] Matrix, double[] Bias) Read(EncoderWeights weights, string layer, int inputs, int outputs) =>
        (Array.ConvertAll(weights.Get($"{layer}.weight", outputs, inputs), v => (double)v),
         Array.ConvertAll(weights.Get($"{layer}.bias", outputs), v => (double)v));

    // The means, where they are so large beside the deviations (a year, a constant) that x * w - mean * w would lose its digits.
    private static float[]? Shift(Encoder encoder, EncoderWeights weights, int inputs)
    {
        if (!encoder.StandardizeInputs)
            return null;
        var mean = weights.Get(DenseShape.MeanName, inputs);
        var deviation = weights.Get(DenseShape.DeviationName, inputs);
        return mean.Zip(deviation).Any(x => Math.Abs(x.First) > MostFolded * x.Second) ? mean : null;
    }

    private static void FoldInput(Encoder encoder, EncoderWeights weights, double[] matrix, double[] bias, bool foldMean)
    {
        if (!encoder.StandardizeInputs)
            return;
        var inputs = matrix.Length / bias.Length;
        var mean = weights.Get(DenseShape.MeanName, inputs);
        var deviation = weights.Get(DenseShape.DeviationName, inputs);
        for (var row = 0; row < bias.Length; row++)
        {
            var slice = matrix.AsSpan(row * inputs, inputs);
            for (var j = 0; j < inputs; j++)
            {
                slice[j] /= deviation[j];
                if (foldMean)
                    bias[row] -= slice[j] * mean[j];
            }
        }
    }

    private static void FoldNorm(EncoderWeights weights, string norm, double[] matrix, double[] bias)
    {
        var outputs = bias.Length;
        var inputs = matrix.Length / outputs;
        var (gain, shift) = (weights.Get($"{norm}.weight", outputs), weights.Get($"{norm}.bias", outputs));
        var (mean, variance) = (weights.Get($"{norm}.running_mean", outputs), weights.Get($"{norm}.running_var", outputs));
        for (var row = 0; row < outputs; row++)
        {
            var scale = gain[row] / Math.Sqrt(variance[row] + DenseShape.BatchNormEpsilon);
            foreach (ref var weight in matrix.AsSpan(row * inputs, inputs))
                weight *= scale;
            bias[row] = (bias[row] - mean[row]) * scale + shift[row];
        }
    }

    private static void Scale(double[] matrix, double[] bias, double factor)
    {
        foreach (ref var weight in matrix.AsSpan())
            weight *= factor;
        foreach (ref var value in bias.AsSpan())
            value *= factor;
    }
}
