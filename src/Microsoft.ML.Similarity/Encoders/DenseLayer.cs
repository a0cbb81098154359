using System.Numerics;

namespace Microsoft.ML.Similarity.Encoders;

/// <summary>One layer of a <see cref="DenseNetwork"/>: weights laid out input by input, outputs padded to whole vectors.</summary>
internal sealed class DenseLayer
{
    /// <param name="inputs">The number of inputs.</param>
    /// <param name="outputs">The number of outputs.</param>
    /// <param name="matrix">[outputs, inputs], row-major.</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="activation">Applied to the outputs.</param>
    public DenseLayer(int inputs, int outputs, double[] matrix, double[] bias, Activation activation)
    {
        Inputs = inputs;
        Outputs = outputs;
        Activation = activation;
        Stride = PadToVector(outputs);
        Weights = new float[checked(inputs * Stride)];
        Bias = new float[Stride];
        for (var o = 0; o < outputs; o++)
        {
            Bias[o] = (float)bias[o];
            for (var i = 0; i < inputs; i++)
                Weights[i * Stride + o] = (float)matrix[o * inputs + i];
        }
    }

    public int Inputs { get; }

    public int Outputs { get; }

    /// <summary>The outputs padded with zeros to a whole number of vectors.</summary>
    public int Stride { get; }

    public Activation Activation { get; }

    /// <summary>[inputs, stride].</summary>
    public float[] Weights { get; }

    /// <summary>[stride].</summary>
    public float[] Bias { get; }

    private static int PadToVector(int count) => (count + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;
}
