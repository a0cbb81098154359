namespace Microsoft.ML.Similarity.Tests.Benchmarks;

/// <summary>The benchmark of training steps, at its smallest, beside what peers might have printed.</summary>
public sealed class StepsBenchmarkTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("steps-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Steps_are_measured_beside_the_fastest_of_each_peer()
    {
        var first = Peer("first.jsonl",
            "a warning",
            """{"workload": "mlp", "device": "cpu", "msPerStep": 2000.0, "peakMemoryMiB": null, "torch": "2.11.0"}""",
            """{"workload": "mlp", "device": "cpu", "mode": "eager", "msPerStep": 1e-6, "peakMemoryMiB": null, "torch": "2.11.0"}""",
            """{"workload": "mlp", "device": "cuda", "msPerStep": 3.07, "peakMemoryMiB": 30, "torch": "2.11.0"}""");
        var second = Peer("second.jsonl",
            """{"workload": "mlp", "device": "cpu", "msPerStep": 1000.0, "peakMemoryMiB": null, "torch": "2.12.0"}""",
            """{"workload": "mlp", "device": "cpu", "mode": "compiled", "error": "no compiler"}""");
        var (results, log) = BenchmarkProcess.Run("steps", "mlp", "--steps", "2", "--threads", "1", "--peer", first, "--peer", second);

        var own = results[0];
        Assert.That((string?)own["workload"], Is.EqualTo("mlp"));
        Assert.That((string?)own["device"], Is.EqualTo("cpu"));
        Assert.That((double)own["msPerStep"]!, Is.GreaterThan(0));
        Assert.That((int)own["threads"]!, Is.EqualTo(1));
        Assert.That(own.AsObject().Select(field => field.Key), Is.SupersetOf(new[] { "peakMemoryMiB", "torch" }));

        Assert.That(results.Skip(1).Select(line => (string?)line["peer"]), Is.EqualTo(new[] { "pml", "tuned eager" }));
        var (pml, eager) = (results[1], results[2]);
        Assert.That((double)pml["peerValue"]!, Is.EqualTo(1000));
        Assert.That((double)pml["ratio"]!, Is.EqualTo((double)own["msPerStep"]! / 1000).Within(1e-4));
        Assert.That(((double)pml["reach"]!, (bool)pml["reached"]!), Is.EqualTo((1.0, true)));
        Assert.That((double)eager["ratio"]!, Is.GreaterThan(1));
        Assert.That(eager["reach"], Is.Null);
        Assert.That(log, Does.Contain("tuned compiled  failed: no compiler"));
    }

    [Test]
    public void What_a_peer_did_not_do_is_named()
    {
        var peer = Peer("peer.jsonl", """{"workload": "conv4", "device": "cpu", "msPerStep": 1, "peakMemoryMiB": null, "torch": "2.11.0"}""");
        var (results, log) = BenchmarkProcess.Run("steps", "mlp", "--steps", "1", "--peer", peer);
        Assert.That(results, Has.Length.EqualTo(1));
        Assert.That(log, Does.Match("mlp +pml +missing"));
    }

    [Test]
    public void A_training_from_a_view_is_measured_beside_the_bare_step()
    {
        var result = BenchmarkProcess.Run("steps", "mlp", "--end-to-end", "--steps", "3").Results.Single();
        var (value, bare, limit) = ((double)result["value"]!, (double)result["peerValue"]!, (double)result["limit"]!);
        Assert.That(value, Is.GreaterThan(0));
        Assert.That(limit, Is.EqualTo(Math.Max(1.1 * bare, bare + 0.02)).Within(1e-9));
        Assert.That((bool)result["reached"]!, Is.EqualTo(value <= limit));
    }

    [Test]
    public void Precision_and_graphs_are_options()
    {
        var own = BenchmarkProcess.Run("steps", "mlp", "--steps", "1", "--precision", "bfloat16", "--graphs").Results.Single();
        Assert.That(((string?)own["precision"], (bool)own["graphs"]!), Is.EqualTo(("BFloat16", true)));
        Assert.That((string?)own["note"], Is.EqualTo("Steps are not captured as CUDA graphs: they are for GPUs, and training runs on cpu."));
    }

    [Test]
    public void What_cannot_be_is_refused()
    {
        Assert.That(BenchmarkProcess.Refuse("steps", "nope"), Does.StartWith("There is no work load 'nope'; there are mlp, conv4, "));
        Assert.That(
            BenchmarkProcess.Refuse("steps", "mlp", "--precision", "half"), Does.Contain("The option --precision is 'half'; it must be one of Full, TensorFloat32, BFloat16."));
        var foreign = Peer("foreign.jsonl", """{"benchmark": "steps", "workload": "mlp"}""");
        Assert.That(
            BenchmarkProcess.Refuse("steps", "mlp", "--peer", foreign), Does.StartWith($"The file '{foreign}' has no line of a peer: an object of JSON with a 'workload'."));
        var broken = Peer("broken.jsonl", """{"workload": "mlp", "msPerStep": "fast"}""");
        Assert.That(BenchmarkProcess.Refuse("steps", "mlp", "--peer", broken), Does.StartWith($"The file '{broken}' has a line that is no result of a peer: "));
    }

    private string Peer(string name, params string[] lines)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllLines(path, lines);
        return path;
    }
}
