namespace Microsoft.ML.Similarity.Sampling;

/// <summary>The rows that a <see cref="Sampler"/> deals, with what is known of them.</summary>
/// <remarks>
/// What the samplers derive from it is computed once, since the same rows are dealt for many epochs. The lists given are
/// kept, not copied, and must not change.
/// </remarks>
public sealed class SampledRows
{
    private int[][][]? _categories;
    private ItemIndex? _items;

    /// <summary>Rows to deal.</summary>
    /// <param name="rows">The number of each row, all different.</param>
    /// <exception cref="ArgumentException">A row number occurs twice.</exception>
    public SampledRows(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        // Ascending ones, as they mostly are, need no copy.
        if (FirstOutOfOrder(rows) is not null)
        {
            int[] sorted = [.. rows];
            Array.Sort(sorted);
            if (FirstOutOfOrder(sorted) is { } twice)
                throw new ArgumentException($"Rows must be all different; got {twice} twice.", nameof(rows));
        }
        Rows = rows;
    }

    /// <summary>The row numbers.</summary>
    public IReadOnlyList<int> Rows { get; }

    /// <summary>How many rows there are.</summary>
    public int Count => Rows.Count;

    /// <summary>The class of each row, in the order of <see cref="Rows"/>; null if there are no classes.</summary>
    public IReadOnlyList<int>? Classes { get; init => field = Fitting(value, nameof(Classes)); }

    /// <summary>The category of each row, a class of classes; null if there are none.</summary>
    public IReadOnlyList<int>? Categories { get; init => field = Fitting(value, nameof(Categories)); }

    /// <summary>The weight of each row, a finite number of at least 0; null if there are none.</summary>
    public IReadOnlyList<float>? Weights { get; init => field = Valid(Fitting(value, nameof(Weights))); }

    /// <summary>
    /// For rows that are pairs, triplets or other tuples of items: the numbers of the items in each; equal numbers are equal items;
    /// at least one in each. Null if the rows are no tuples.
    /// </summary>
    public IReadOnlyList<int[]>? Items { get; init => field = NotEmpty(Fitting(value, nameof(Items))); }

    /// <summary>The row numbers of each class, classes in ascending order, rows in their own; null if there are no classes.</summary>
    public IReadOnlyList<int[]>? RowsByClass => Classes is null ? null : field ??= GroupBy(Enumerable.Range(0, Count), Classes, i => Rows[i]);

    /// <summary>The row numbers of each category, by class; null if there are no categories, or no classes.</summary>
    internal int[][][]? RowsByCategoryAndClass =>
        Categories is null || Classes is null
            ? null
            : _categories ??= [.. GroupBy(Enumerable.Range(0, Count), Categories, i => i).Select(places => GroupBy(places, Classes, i => Rows[i]))];

    internal ItemIndex? ItemIndex => Items is null ? null : _items ??= new ItemIndex(Items);

    private static int? FirstOutOfOrder(IReadOnlyList<int> rows)
    {
        for (var i = 1; i < rows.Count; i++)
        {
            if (rows[i] <= rows[i - 1])
                return rows[i];
        }
        return null;
    }

    // Counted first: lists that grow would take twice the memory of many rows.
    private static int[][] GroupBy(IEnumerable<int> places, IReadOnlyList<int> keys, Func<int, int> value)
    {
        var sizes = new Dictionary<int, int>();
        foreach (var place in places)
            sizes[keys[place]] = sizes.GetValueOrDefault(keys[place]) + 1;
        var groups = sizes.ToDictionary(size => size.Key, size => new int[size.Value]);
        foreach (var place in places)
            groups[keys[place]][^sizes[keys[place]]--] = value(place);
        return [.. groups.OrderBy(group => group.Key).Select(group => group.Value)];
    }

    private IReadOnlyList<T>? Fitting<T>(IReadOnlyList<T>? values, string name) => values is null || values.Count == Count
        ? values
        : throw new ArgumentException($"{name} must have one value for each of the {Count} rows; got {values.Count}.", name);

    private static IReadOnlyList<int[]>? NotEmpty(IReadOnlyList<int[]>? items)
    {
        foreach (var item in items ?? [])
        {
            if (item is not { Length: > 0 })
                throw new ArgumentException("Items must name at least one item for each row.", nameof(Items));
        }
        return items;
    }

    private static IReadOnlyList<float>? Valid(IReadOnlyList<float>? weights)
    {
        foreach (var weight in weights ?? [])
        {
            if (!float.IsFinite(weight) || weight < 0)
                throw new ArgumentOutOfRangeException(nameof(Weights), weight, "Weights must be finite numbers of at least 0.");
        }
        return weights;
    }
}
