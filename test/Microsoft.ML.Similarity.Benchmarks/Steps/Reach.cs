namespace Microsoft.ML.Similarity.Benchmarks.Steps;

/// <summary>The share of a peer's time, or of its memory, that a work load should take at most.</summary>
/// <param name="WorkLoad">The peer's name of it.</param>
/// <param name="Column">Which peer, as <see cref="PeerLine.Column"/> says it.</param>
/// <param name="Time">The share of its time, or null.</param>
/// <param name="Memory">The share of its memory, or null.</param>
/// <param name="Device">Where.</param>
internal sealed record Reach(string WorkLoad, string Column, double? Time, double? Memory = null, string Device = Reach.Gpu)
{
    public const string Gpu = "cuda";
    public const string Cpu = "cpu";

    public static IReadOnlyList<Reach> All { get; } =
    [
        new("mlp", PeerLine.Eager, 0.12),
        new("mlp", PeerLine.Compiled, 0.25),
        new("conv4", PeerLine.Pml, 0.45),
        new("conv4", PeerLine.Eager, 0.55),
        new("conv4", PeerLine.Compiled, 1),
        new("resnet18", PeerLine.Eager, 0.62),
        new("resnet18", PeerLine.Compiled, 1),
        new("resnet18-bf16", PeerLine.Eager, 0.82),
        new("resnet18-bf16", PeerLine.Compiled, 1),
        new("simclr", PeerLine.Pml, null, 0.3),
        new("simclr", PeerLine.Eager, 0.62),
        new("simclr", PeerLine.Compiled, 1),
        new("simclr-bf16", PeerLine.Eager, 0.97),
        new("simclr-bf16", PeerLine.Compiled, 1),
        new("triplets-all-4096", PeerLine.Pml, 0.01, 0.02),
        new("mlp", PeerLine.Pml, 1, Device: Cpu),
        new("conv4", PeerLine.Pml, 1, Device: Cpu),
    ];
}
