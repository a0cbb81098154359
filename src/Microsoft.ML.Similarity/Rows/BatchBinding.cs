namespace Microsoft.ML.Similarity.Rows;

/// <summary>A mapping bound to an input schema: the output schema is the input's columns followed by the added ones.</summary>
internal sealed class BatchBinding
{
    private readonly IReadOnlyList<int> _dependencies;

    public BatchBinding(DataViewSchema input, IBatchMapping mapping)
    {
        Input = input;
        Mapping = mapping;
        var added = mapping.GetOutputColumns(input);
        _dependencies = mapping.GetInputColumns(input);
        var output = new DataViewSchema.Builder();
        output.AddColumns(input);
        output.AddColumns(added);     // an added column hides an input column of the same name
        Output = output.ToSchema();
    }

    public DataViewSchema Input { get; }

    public DataViewSchema Output { get; }

    public IBatchMapping Mapping { get; }

    public int AddedCount => Output.Count - Input.Count;

    /// <summary>Which of the output's columns are asked for.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column belongs to another schema.</exception>
    public bool[] Activate(IEnumerable<DataViewSchema.Column> needed)
    {
        var active = new bool[Output.Count];
        foreach (var column in needed)
            active[IndexOf(column)] = true;
        return active;
    }

    public bool AnyAdded(bool[] active) => active.AsSpan(Input.Count).Contains(true);

    /// <summary>The input columns that must be read for the active output columns.</summary>
    public IEnumerable<DataViewSchema.Column> RequiredInputs(bool[] active)
    {
        var required = active.AsSpan(0, Input.Count).ToArray();
        if (AnyAdded(active))
        {
            foreach (var index in _dependencies)
                required[index] = true;
        }
        return Input.Where(c => required[c.Index]);
    }

    public int IndexOf(DataViewSchema.Column column) =>
        column.Index < Output.Count && Output[column.Index].Name == column.Name
            ? column.Index
            : throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' is not part of this schema.");

    public int ActiveIndexOf(DataViewSchema.Column column, bool[] active)
    {
        var index = IndexOf(column);
        return active[index]
            ? index
            : throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' was not asked for when this cursor was made.");
    }

    public static ValueGetter<T> Typed<T>(Delegate getter, DataViewSchema.Column column) =>
        getter as ValueGetter<T>
        ?? throw new InvalidOperationException($"Invalid TValue '{typeof(T)}' in GetGetter: column '{column.Name}' is of type {column.Type}.");

    public static InvalidOperationException NotOnARow() => new("The cursor is not on a row: call MoveNext until it returns true.");
}
