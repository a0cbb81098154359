namespace Microsoft.ML.Similarity.Benchmarks.Steps;

/// <summary>A piece of work of fixed size that peers do too.</summary>
/// <param name="Name">Its own name: the peers' one, with <c>-supcon</c> where theirs has another loss beside pytorch-metric-learning.</param>
internal abstract record WorkLoad(string Name)
{
    /// <summary>The end of the names of work loads that are those of train_step_tuned.py only.</summary>
    public const string SupConSuffix = "-supcon";

    /// <summary>The name that peers have for it.</summary>
    public string PeerName => Name.EndsWith(SupConSuffix, StringComparison.Ordinal) ? Name[..^SupConSuffix.Length] : Name;

    /// <summary>Whether train_step_peer.py does the same.</summary>
    public bool BesidePml { get; init; }

    /// <summary>Whether train_step_tuned.py does the same.</summary>
    public bool BesideTuned { get; init; }

    /// <summary>Makes ready for it.</summary>
    public abstract IStep CreateStep(CommandLine command);
}
