using Microsoft.ML.Similarity.Encoders;

namespace Microsoft.ML.Similarity.Trainers;

/// <summary>
/// What the trainers of pairs and triplets have in common. The embedding of a column is named after it:
/// <see cref="EmbeddingTrainerOptions.OutputColumnName"/> is added to the name, as in <c>LeftEmbedding</c>.
/// </summary>
public abstract class PairTrainerOptions : EmbeddingTrainerOptions
{
    /// <summary>
    /// The column of the weights of pairs or triplets: Single, at least 0. Null, the default, for equal weights. Losses that are means over
    /// pairs take weights; those about the batch as a whole, as <see cref="Losses.Pairs.CoSentLoss"/>, refuse them.
    /// </summary>
    public string? ExampleWeightColumnName;

    /// <summary>
    /// The items that the pairs' columns name by their ids; null, the default, where those columns hold the features
    /// themselves. Each item is kept once, however many pairs it is in.
    /// </summary>
    public IDataView? Items;

    /// <summary>The column of <see cref="Items"/> that identifies an item: key, text, an integer type or Boolean. Default <c>Id</c>.</summary>
    public string ItemIdColumnName = "Id";

    /// <summary>The column of <see cref="Items"/> with its features: a vector of Single. Default <c>Features</c>.</summary>
    public string ItemFeatureColumnName = "Features";

    private protected void CheckPairs(params ReadOnlySpan<(string Value, string Name)> columns)
    {
        CheckCommon();
        ArgumentException.ThrowIfNullOrEmpty(ItemIdColumnName);
        ArgumentException.ThrowIfNullOrEmpty(ItemFeatureColumnName);
        var seen = new Dictionary<string, string>();
        foreach (var (value, name) in columns)
        {
            ArgumentException.ThrowIfNullOrEmpty(value, name);
            if (!seen.TryAdd(value, name))
                throw new ArgumentException($"{seen[value]} and {name} are both '{value}'; they must be two columns.", name);
        }
    }
}
