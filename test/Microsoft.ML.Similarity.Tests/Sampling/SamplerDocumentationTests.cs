using Microsoft.ML.Similarity.Sampling;

namespace Microsoft.ML.Similarity.Tests.Sampling;

/// <summary>docs/samplers.md names every sampler and its defaults.</summary>
public sealed class SamplerDocumentationTests
{
    [Test]
    public void Every_sampler_has_a_row_that_states_its_defaults() => DocumentedDefaults.Assert("samplers.md", typeof(Sampler));
}
