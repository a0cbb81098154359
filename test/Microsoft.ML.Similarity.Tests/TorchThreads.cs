using Microsoft.ML.Similarity.Training;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests;

/// <summary>
/// One thread for libtorch: on a busy machine its threads spend their time waiting for one another, and what the tests
/// compute is small.
/// </summary>
[SetUpFixture]
public sealed class TorchThreads
{
    [OneTimeSetUp]
    public void UseOne()
    {
        if (TorchRuntime.IsAvailable)
            torch.set_num_threads(1);
    }
}
