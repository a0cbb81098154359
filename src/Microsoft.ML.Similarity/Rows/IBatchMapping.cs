namespace Microsoft.ML.Similarity.Rows;

/// <summary>
/// A transformer that computes its output columns for many rows at once. <see cref="BatchedView"/> and
/// <see cref="BatchedRowMapper"/> turn one into the view and the row mapper that ML.NET asks for.
/// </summary>
internal interface IBatchMapping
{
    /// <summary>How many rows a cursor reads ahead and evaluates together; at least 1.</summary>
    int BatchSize { get; }

    /// <summary>The columns added to an input of this schema.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The schema lacks an input column or has it with another type.</exception>
    IReadOnlyList<DataViewSchema.DetachedColumn> GetOutputColumns(DataViewSchema input);

    /// <summary>The indices of the input columns that the outputs are computed from.</summary>
    IReadOnlyList<int> GetInputColumns(DataViewSchema input);

    /// <summary>A scorer of its own for one cursor or row.</summary>
    /// <param name="input">The row whose values <see cref="IBatchScorer.Gather"/> reads.</param>
    /// <param name="capacity">The largest number of rows evaluated together.</param>
    IBatchScorer CreateScorer(DataViewRow input, int capacity);
}

/// <summary>The scratch memory and getters of one cursor: used by one thread at a time.</summary>
internal interface IBatchScorer : IDisposable
{
    /// <summary>Copies what is needed of the input's current row into a slot of the batch.</summary>
    void Gather(int slot);

    /// <summary>Computes the outputs of the slots 0 to <paramref name="count"/> - 1.</summary>
    void Evaluate(int count);

    /// <summary>A <see cref="ValueGetter{TValue}"/> of an added column, for the row in the slot that <paramref name="slot"/> names.</summary>
    Delegate CreateGetter(int outputColumn, Func<int> slot);
}
