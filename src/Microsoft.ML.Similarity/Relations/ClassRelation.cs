namespace Microsoft.ML.Similarity.Relations;

/// <summary>Which classes, numbered from 0, have rows that belong together; symmetric. Safe for use by several threads.</summary>
internal abstract class ClassRelation
{
    /// <summary>Whether rows of two classes belong together; of one class with itself, whether different rows of it do.</summary>
    public abstract bool AreRelated(int first, int second);

    /// <summary>For one thread, what finds all classes related to one.</summary>
    public abstract RelatedClasses CreateFinder();
}
