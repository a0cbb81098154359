namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Rows as filters see them.</summary>
internal interface IRows<TId>
{
    int Count { get; }

    TId IdOf(int row);

    /// <returns>The row of the id, or -1.</returns>
    int Find(TId id);

    /// <returns>What reads the column; null where there is none of the name and type.</returns>
    Func<int, T>? Reader<T>(string column);
}
