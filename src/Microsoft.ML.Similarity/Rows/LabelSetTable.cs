namespace Microsoft.ML.Similarity.Rows;

/// <summary>The distinct sets of labels that rows have, numbered from 0 as they appear.</summary>
/// <remarks>Not safe for use by several threads while it grows.</remarks>
internal sealed class LabelSetTable
{
    private readonly DistinctValues<int[]> _sets;

    public LabelSetTable()
        : this(new DistinctValues<int[]>(new SameSet()))
    {
    }

    private LabelSetTable(DistinctValues<int[]> sets) => _sets = sets;

    /// <summary>The labels of each set, ascending.</summary>
    public IReadOnlyList<int[]> Sets => _sets;

    /// <param name="labels">Ascending and distinct; kept.</param>
    public int Add(int[] labels) => _sets.Find(labels) is var set and >= 0 ? set : _sets.Add(labels);

    /// <summary>A copy that may grow; this one must not any more.</summary>
    public LabelSetTable Copy() => new(_sets.Copy());

    public void Write(Stream stream)
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(_sets.Count);
        foreach (var set in _sets)
        {
            writer.Write(set.Length);
            foreach (var label in set)
                writer.Write(label);
        }
    }

    /// <exception cref="FormatException">The stream is damaged, or a set has a label that is not among <paramref name="labels"/>.</exception>
    public static LabelSetTable Read(Stream stream, LabelVocabulary labels)
    {
        using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        try
        {
            var table = new LabelSetTable();
            var count = reader.ReadInt32();
            for (var i = 0; i < count; i++)
            {
                var length = reader.ReadInt32();
                if (length < 0 || length > labels.Count)
                    throw new FormatException("The saved model is damaged: a set of labels has more labels than there are.");
                var set = new int[length];
                for (var j = 0; j < length; j++)
                    set[j] = reader.ReadInt32();
                if (set.AsSpan().ContainsAnyExceptInRange(0, labels.Count - 1))
                    throw new FormatException("The saved model is damaged: a set of labels has a label that is not among its labels.");
                if (table.Add(set) != i)
                    throw new FormatException("The saved model is damaged: a set of labels comes twice.");
            }
            return table;
        }
        catch (EndOfStreamException e)
        {
            throw new FormatException("The saved model is damaged: its sets of labels end too early.", e);
        }
    }

    private sealed class SameSet : IEqualityComparer<int[]>
    {
        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] set)
        {
            var hash = new HashCode();
            foreach (var label in set)
                hash.Add(label);
            return hash.ToHashCode();
        }
    }
}
