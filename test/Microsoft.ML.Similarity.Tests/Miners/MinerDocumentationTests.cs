using Microsoft.ML.Similarity.Miners;

namespace Microsoft.ML.Similarity.Tests.Miners;

/// <summary>docs/miners.md names every miner and its defaults.</summary>
public sealed class MinerDocumentationTests
{
    [Test]
    public void Every_miner_has_a_row_that_states_its_defaults() => DocumentedDefaults.Assert("miners.md", typeof(Miner));
}
