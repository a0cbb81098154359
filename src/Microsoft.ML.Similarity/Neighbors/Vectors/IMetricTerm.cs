namespace Microsoft.ML.Similarity.Neighbors.Vectors;

/// <summary>What one coordinate adds to the sum that a metric compares.</summary>
internal interface IMetricTerm
{
    static abstract TLanes Add<TLanes>(TLanes query, TLanes row, TLanes sum)
        where TLanes : struct, ILanes<TLanes>;
}
