namespace Microsoft.ML.Similarity.Embedding;

/// <summary>A column that a <see cref="PairEmbeddingTransformer"/> embeds.</summary>
/// <param name="Role">What it is in the pair, as messages name it: <c>left</c>, <c>anchor</c>, ….</param>
/// <param name="InputColumnName">The column of features, or of ids.</param>
/// <param name="OutputColumnName">The column added.</param>
public sealed record PairEmbeddingColumn(string Role, string InputColumnName, string OutputColumnName);
