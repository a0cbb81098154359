namespace Microsoft.ML.Similarity.Benchmarks.Knn;

/// <summary>The programs of peers that the command line names.</summary>
internal sealed class KnnPeers
{
    /// <summary>Exact search.</summary>
    public const string Faiss = "faiss";

    /// <summary>Search along a graph.</summary>
    public const string Hnswlib = "hnswlib";

    private static readonly string[] Names = [Faiss, Hnswlib];

    private readonly Dictionary<string, string> _executables = [];

    /// <exception cref="UsageException">A peer is not known.</exception>
    public KnnPeers(CommandLine command, Report report)
    {
        foreach (var text in command.Texts("--peer"))
        {
            if (text.Split('=', 2) is not [var name, var executable] || !Names.Contains(name))
                throw new UsageException($"The option --peer is '{text}'; it must be NAME=EXECUTABLE with one of the names {string.Join(", ", Names)}.");
            _executables[name] = executable;
        }
        foreach (var name in Names)
        {
            var given = _executables.GetValueOrDefault(name);
            report.Progress(
                given == null ? $"{name}: not given by --peer {name}=EXECUTABLE, skipped"
                : File.Exists(given) ? $"{name}: found, {given}"
                : $"{name}: not found, there is no file '{given}', skipped");
            if (!File.Exists(given))
                _executables.Remove(name);
        }
    }

    /// <returns>The peer with the set loaded; null if it was not found.</returns>
    public PeerProcess? Start(string name, KnnSet set) =>
        _executables.TryGetValue(name, out var executable) ? new PeerProcess(name, executable, set) : null;
}
