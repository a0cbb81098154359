using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests;

/// <summary>Where tests that can run anywhere compute: the CPU, or what SIMILARITY_TEST_DEVICE names, as <c>cuda:0</c>.</summary>
internal static class TestDevice
{
    public static Device Current { get; } = Open(Environment.GetEnvironmentVariable("SIMILARITY_TEST_DEVICE") ?? "cpu");

    private static Device Open(string name)
    {
        var found = new Device(name);
        InitializeDeviceType(found.type);
        return found;
    }
}
