namespace Microsoft.ML.Similarity.Interop;

/// <summary>Trainer descriptions, whose constructor ML.NET keeps internal.</summary>
internal static class TrainerInfos
{
    public static TrainerInfo Create(bool needNormalization, bool wantCaching, bool supportsValidation) =>
        new(normalization: needNormalization, calibration: false, caching: wantCaching, supportValid: supportsValidation);
}
