namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>What a threshold accepts; NaN is the threshold that accepts nothing.</summary>
internal readonly record struct VerificationPoint(float Threshold, long FalseAccepts, long TrueAccepts);
