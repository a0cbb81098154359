using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Similarity.Tests.Training.Checkpoints;

/// <summary>A process that trains is killed at random moments. The benchmark <c>resume</c> does the same at length.</summary>
public sealed class CrashTests
{
    [Test]
    public void A_training_that_is_killed_goes_on_to_the_same_weights()
    {
        var start = new ProcessStartInfo("dotnet", [Repository.Benchmarks, "resume", "--kills", "3", "--epochs", "60"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var result = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, errors.Result);
        Assert.That((int)JsonNode.Parse(result)!["killsWhileTraining"]!, Is.GreaterThan(0), result);
        Assert.That((double)JsonNode.Parse(result)!["value"]!, Is.EqualTo(1), result);
    }
}
