namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>One name of the door: a file each, listed in <see cref="Program"/>.</summary>
internal interface IBenchmark
{
    string Name { get; }

    /// <summary>What follows the name on the command line, for <c>list</c> and for messages.</summary>
    string Usage { get; }

    /// <summary>How many arguments that are not options it takes; null for any number.</summary>
    int? ArgumentCount { get; }

    /// <summary>The options it takes besides those that all take; true for one with a value, false for a switch.</summary>
    IReadOnlyDictionary<string, bool> Options { get; }

    /// <summary>Those of its options that may be given several times.</summary>
    IReadOnlyList<string> RepeatedOptions => [];

    void Run(CommandLine command, Report report);
}
