using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

/// <summary>A later stage that only keeps what it is trained on.</summary>
internal sealed class Look : IEstimator<ITransformer>
{
    public IDataView? Seen { get; private set; }

    public ITransformer Fit(IDataView input)
    {
        Seen = input;
        return new TransformerChain<ITransformer>();
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema;
}
