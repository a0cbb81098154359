namespace Microsoft.ML.Similarity.Losses;

/// <summary>What a weight or buffer of a loss has to do with the classes, whose numbers are others when training continues on other rows.</summary>
public enum ClassReference
{
    /// <summary>Nothing: it is of the same shape and means the same whatever the classes are.</summary>
    None,

    /// <summary>Its first dimension runs over the classes in their order, with as many entries for each.</summary>
    Entries,

    /// <summary>Its values, integers, are numbers of classes.</summary>
    Values,
}
