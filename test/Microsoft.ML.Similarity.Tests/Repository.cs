using System.Reflection;

namespace Microsoft.ML.Similarity.Tests;

/// <summary>Where the tests find what lies outside their output folder.</summary>
internal static class Repository
{
    public static string Root { get; } = Metadata("RepositoryRoot");

    /// <summary>The program that loads a model in a fresh process.</summary>
    public static string LoadHost { get; } = Metadata("LoadHost");

    /// <summary>The sample of that name.</summary>
    public static string QuickStart { get; } = Metadata("QuickStart");

    /// <summary>The program of the benchmarks.</summary>
    public static string Benchmarks { get; } = Metadata("Benchmarks");

    /// <summary>The folder that NuGet restored the packages into.</summary>
    public static string PackageCache { get; } = Metadata("PackageCache");

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
