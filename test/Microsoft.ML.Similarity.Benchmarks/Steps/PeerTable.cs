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

    private readonly ReachTable _table = new(report, "work load", 17);
    private readonly Reach[] _reaches = [.. Reach.All.Where(reach => reach.Device == device)];
    private readonly PeerLine[] _lines = [.. peers.Where(line => line.Device == device)];

    /// <param name="measured">The work loads, each with its time, and its memory on a GPU.</param>
    public void Write(IEnumerable<(WorkLoad Load, double Milliseconds, double? MemoryMiB)> measured)
    {
        string[] columns = [.. _lines.Select(line => line.Column).Union(_reaches.Select(reach => reach.Column)).Order(StringComparer.Ordinal)];
        foreach (var (load, milliseconds, memory) in measured)
        {
            foreach (var column in columns.Where(column => column == PeerLine.Pml ? load.BesidePml : load.BesideTuned))
            {
                var reach = Array.Find(_reaches, reach => reach.WorkLoad == load.PeerName && reach.Column == column);
                PeerLine[] lines = [.. _lines.Where(line => line.Workload == load.PeerName && line.Column == column)];
                // Of several the fastest: what the peer can do.
                if (lines.MinBy(line => line.MsPerStep ?? double.PositiveInfinity) is not { } peer)
                    _table.Add(load.Name, column, "missing");
                else if (peer.MsPerStep is not { } peerMilliseconds)
                    _table.Add(load.Name, column, $"failed: {peer.Error}");
                else
                {
                    Compare(load, peer, Time, milliseconds, peerMilliseconds, reach?.Time);
                    if (memory is { } own && peer.PeakMemoryMiB is { } peerMemory)
                        Compare(load, peer, Memory, own, peerMemory, reach?.Memory);
                }
            }
        }
        _table.Write();
    }

    private void Compare(WorkLoad load, PeerLine peer, string metric, double value, double peerValue, double? reach)
    {
        var settings = new JsonObject { ["workload"] = load.Name, ["device"] = device, ["peerTorch"] = peer.Torch };
        _table.Add(load.Name, metric, value, seconds: null, reach is { } most ? Limit.AtMost(most) : null, settings, peer.Column, peerValue, value / peerValue);
    }
}
