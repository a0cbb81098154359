namespace Microsoft.ML.Similarity.Encoders;

/// <summary>The non-linear function between the layers of a network.</summary>
public enum Activation
{
    /// <summary>x, unchanged.</summary>
    None,

    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>x for x &gt; 0, else 0.01·x.</summary>
    LeakyRelu,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>x·sigmoid(x), also called swish.</summary>
    Silu,
}
