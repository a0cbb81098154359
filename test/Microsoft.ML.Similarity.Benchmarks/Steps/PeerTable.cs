using System.Globalization;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Similarity.Benchmarks.Steps;

/// <summary>What was measured beside what peers printed: a table for people, and a result for each figure that both have.</summary>
/// <param name="peers">The peers' lines.</param>
/// <param name="device">Where both ran: cuda or cpu.</param>
/// <param name="report">Where to write.</param>
internal sealed class PeerTable(IReadOnlyList<PeerLine> peers, string device, Report report)
{
    private const string Time = "ms a step";
    private const string Memory = "peak memory MiB";

    private readonly Reach[] _reaches = [.. Reach.All.Where(reach => reach.Device == device)];
    private readonly PeerLine[] _lines = [.. peers.Where(line => line.Device == device)];

    /// <param name="measured">The work loads, each with its time, and its memory on a GPU.</param>
    public void Write(IEnumerable<(WorkLoad Load, double Milliseconds, double? MemoryMiB)> measured)
    {
        report.Progress(string.Create(CultureInfo.InvariantCulture, $"{"work load",-22}{"peer",-16}{"",-17}{"here",10}{"peer",10}{"ratio",8}{"reach",8}"));
        string[] columns = [.. _lines.Select(line => line.Column).Union(_reaches.Select(reach => reach.Column)).Order(StringComparer.Ordinal)];
        foreach (var (load, milliseconds, memory) in measured)
        {
            foreach (var column in columns.Where(column => column == PeerLine.Pml ? load.BesidePml : load.BesideTuned))
            {
                var reach = Array.Find(_reaches, reach => reach.WorkLoad == load.PeerName && reach.Column == column);
                PeerLine[] lines = [.. _lines.Where(line => line.Workload == load.PeerName && line.Column == column)];
                // Of several the fastest: what the peer can do.
                if (lines.MinBy(line => line.MsPerStep ?? double.PositiveInfinity) is not { } peer)
                    report.Progress($"{load.Name,-22}{column,-16}missing");
                else if (peer.MsPerStep is not { } peerMilliseconds)
                    report.Progress($"{load.Name,-22}{column,-16}failed: {peer.Error}");
                else
                {
                    Compare(load, peer, Time, milliseconds, peerMilliseconds, reach?.Time);
                    if (memory is { } own && peer.PeakMemoryMiB is { } peerMemory)
                        Compare(load, peer, Memory, own, peerMemory, reach?.Memory);
                }
            }
        }
    }

    private void Compare(WorkLoad load, PeerLine peer, string metric, double value, double peerValue, double? reach)
    {
        var ratio = value / peerValue;
        report.Progress(string.Create(CultureInfo.InvariantCulture,
            $"{load.Name,-22}{peer.Column,-16}{metric,-17}{value,10:F3}{peerValue,10:F3}{ratio,8:F3}{reach,8}{(ratio > reach ? " not reached" : "")}"));
        report.Result(metric, value, seconds: null, new JsonObject
        {
            ["workload"] = load.Name,
            ["device"] = device,
            ["ratio"] = Math.Round(ratio, 4),
            ["reach"] = reach,
            ["reached"] = reach is null ? null : ratio <= reach,
            ["peerTorch"] = peer.Torch,
        }, peer.Column, peerValue);
    }
}
