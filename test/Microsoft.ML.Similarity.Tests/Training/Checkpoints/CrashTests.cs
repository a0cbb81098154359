using System.Diagnostics;

namespace Microsoft.ML.Similarity.Tests.Training.Checkpoints;

/// <summary>Processes that train and are killed at random moments, or have no room for checkpoints. The benchmark <c>resume</c> kills at length.</summary>
public sealed class CrashTests
{
    [Test]
    public void A_training_that_is_killed_goes_on_to_the_same_weights()
    {
        var result = BenchmarkProcess.Run("resume", "--kills", "3", "--epochs", "60").Results.Single();
        Assert.That((int)result["killsWhileTraining"]!, Is.GreaterThan(0), $"{result}");
        Assert.That((double)result["value"]!, Is.EqualTo(1), $"{result}");
    }

    // A checkpoint of the first epoch takes some 95 KB, with the best weights of an epoch some 120 KB; the process may write 104 KiB to a file.
    [Test]
    public void Where_there_is_no_room_for_a_checkpoint_training_goes_on_from_the_one_before()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Ignore("The limit of a file's size is set as on Linux.");
        var folder = Directory.CreateTempSubdirectory("full-").FullName;
        try
        {
            // The signal that comes with the limit must not end it. The runtime maps memory through a file that is larger, unless told not to.
            var limited = new ProcessStartInfo("bash", ["-c", "trap '' XFSZ; ulimit -f 104; exec dotnet \"$@\"", "bash", Repository.Benchmarks, .. Training(folder)]);
            limited.Environment["DOTNET_EnableWriteXorExecute"] = "0";
            var (whole, log) = BenchmarkProcess.Run(limited);
            Assert.That(log, Does.Contain($"The checkpoint '{Path.Combine(folder, "checkpoint-000061-000000000.sim")}' could not be written: "
                + "The file is larger than the file system, or the limit of this process, allows. Training goes on; the last checkpoint stays."));
            Assert.That(Directory.GetFiles(folder).Select(Path.GetFileName), Is.Not.Empty.And.All.Match(@"^checkpoint-000001-\d{9}\.sim$"));

            var (resumed, logOfResumed) = BenchmarkProcess.Run(Training(folder));
            Assert.That(logOfResumed, Does.Contain("Training goes on in epoch 1, after "));
            Assert.That((string?)resumed.Single()["weights"], Is.EqualTo((string?)whole.Single()["weights"]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string[] Training(string folder) => ["resume", "--folder", folder, "--epochs", "60"];
}
