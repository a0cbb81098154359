using Microsoft.ML.Similarity.Encoders;

namespace Microsoft.ML.Similarity.Tests.Encoders;

internal static class ModuleWeights
{
    /// <summary>A copy of all weights and buffers.</summary>
    public static EncoderWeights GetWeights(this EncoderModule module) => EncoderWeights.Of(module.state_dict());
}
