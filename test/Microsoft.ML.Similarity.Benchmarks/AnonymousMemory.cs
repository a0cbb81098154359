using System.Globalization;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>
/// The most memory of its own that this process takes while this is alive, in MiB: what the kernel cannot take back by
/// forgetting pages of files. Sampled; of Linux only.
/// </summary>
internal sealed class AnonymousMemory : IDisposable
{
    private const int MillisecondsBetweenSamples = 20;

    private readonly Timer _timer;
    private double _peak;

    public AnonymousMemory() => _timer = new Timer(_ => Sample(), null, 0, MillisecondsBetweenSamples);

    public double Peak
    {
        get
        {
            Sample();
            return _peak;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Sample()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        _peak = Math.Max(_peak, double.Parse(line.AsSpan(8, line.Length - 10).Trim(), CultureInfo.InvariantCulture) / 1024);
    }
}
