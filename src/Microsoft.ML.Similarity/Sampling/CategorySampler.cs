namespace Microsoft.ML.Similarity.Sampling;

/// <summary>
/// Fills batches with classes of one category, or a few, so that negatives are alike and hard to tell apart: kinds of shoes with
/// kinds of shoes, not with cars.
/// </summary>
/// <remarks>
/// <para>
/// One epoch is as many batches as it takes for every row to have been in one; a category comes the more often the more rows it has. The
/// rows of a class are dealt in groups as by a <see cref="ClassSampler"/>, the classes of a category evenly mixed. A
/// batch is of at most <see cref="CategoriesPerBatch"/> categories, in about equal shares, and is topped up with rows of these dealt
/// before. Categories smaller than their share are dealt once and put together, so a batch can be of more of them; so it can
/// where the classes of its categories, at half a batch each, do not fill it.
/// </para>
/// <para>
/// No row is twice in a batch. No class has more than half of a batch, rounded up, while other classes have rows to fill it, be they of other
/// categories: so no batch is of one class. A class that is in several categories counts in each as a class of its own.
/// </para>
/// </remarks>
public sealed record CategorySampler : Sampler
{
    /// <summary>K, the rows of one class that are dealt together, at least 2. Default 8.</summary>
    public int RowsPerClass
    {
        get;
        init => field = value >= 2
            ? value
            : throw new ArgumentOutOfRangeException(nameof(RowsPerClass), value, "RowsPerClass must be at least 2.");
    } = 8;

    /// <summary>The categories of a batch, at least 1. Default 1.</summary>
    public int CategoriesPerBatch
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(CategoriesPerBatch), value, "CategoriesPerBatch must be at least 1.");
    } = 1;

    internal override IReadOnlyList<string> Needs => [nameof(SampledRows.Classes), nameof(SampledRows.Categories)];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The rows have no classes or no categories.</exception>
    public override int[] Epoch(SampledRows rows, int batchSize, int seed)
    {
        var size = Check(rows, batchSize);
        if (rows.Classes is null)
            throw Lacks(nameof(SampledRows.Classes));
        var categories = rows.RowsByCategoryAndClass ?? throw Lacks(nameof(SampledRows.Categories));
        var random = new Random(seed);
        if (size == rows.Count)
        {
            int[] all = [.. rows.Rows];
            random.Shuffle(all);
            return all;
        }
        return new CategoryDealer(categories, size, CategoriesPerBatch, RowsPerClass, random).Deal();
    }
}
