using System.Numerics;

namespace Microsoft.ML.Similarity.Relations;

/// <summary>A relation of classes as a table of bits.</summary>
internal sealed class RelationTable(int count) : ClassRelation
{
    private readonly int _words = (count + 63) / 64;
    private readonly ulong[] _bits = new ulong[(long)count * ((count + 63) / 64)];

    /// <summary>Two classes are related, in either order; not while others read.</summary>
    public void Add(int first, int second)
    {
        _bits[Word(first, second)] |= 1ul << (second & 63);
        _bits[Word(second, first)] |= 1ul << (first & 63);
    }

    public override bool AreRelated(int first, int second) => (_bits[Word(first, second)] >> (second & 63) & 1) != 0;

    public override RelatedClasses CreateFinder() => new Finder(this);

    private int Word(int row, int column) => row * _words + (column >> 6);

    private sealed class Finder(RelationTable table) : RelatedClasses
    {
        private readonly int[] _found = new int[table._words * 64];

        public override ReadOnlySpan<int> Of(int number)
        {
            var count = 0;
            var row = table._bits.AsSpan(number * table._words, table._words);
            for (var word = 0; word < row.Length; word++)
            {
                for (var bits = row[word]; bits != 0; bits &= bits - 1)
                    _found[count++] = word * 64 + BitOperations.TrailingZeroCount(bits);
            }
            return _found.AsSpan(0, count);
        }
    }
}
