namespace Microsoft.ML.Similarity.Relations;

/// <summary>Finds the classes related to one. One instance serves one thread.</summary>
internal abstract class RelatedClasses
{
    /// <summary>The classes whose rows belong together with rows of this one, each once; valid until the next call.</summary>
    public abstract ReadOnlySpan<int> Of(int number);
}
