namespace Microsoft.ML.Similarity.Training;

/// <summary>How exactly the encoder computes while it is trained. Weights, their updates, losses and the model are float32 in any case.</summary>
public enum TrainingPrecision
{
    /// <summary>In float32 throughout.</summary>
    Full,

    /// <summary>
    /// In float32, except that GPUs from NVIDIA's Ampere on may round what matrix products and convolutions multiply to 10 bits after the point, for several times
    /// the speed. On other devices the same as <see cref="Full"/>.
    /// </summary>
    TensorFloat32,

    /// <summary>
    /// Linear layers and convolutions in bfloat16, 7 bits after the point, with float32's range, so that no gradient needs scaling; activations take half
    /// the memory. What is multiplied besides is as with <see cref="TensorFloat32"/>. Made for GPUs; many CPUs are slower with it.
    /// </summary>
    BFloat16,
}
