namespace Microsoft.ML.Similarity.Training.Pairs;

/// <summary>What is known of a pair.</summary>
internal enum PairTarget
{
    /// <summary>Nothing but that its rows belong together.</summary>
    None,

    /// <summary>Whether its rows belong together.</summary>
    Boolean,

    /// <summary>A number.</summary>
    Number,
}
