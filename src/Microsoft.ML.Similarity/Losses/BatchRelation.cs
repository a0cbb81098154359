using Microsoft.ML.Similarity.Relations;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>The relation of a batch by the relation of its rows' classes.</summary>
internal static class BatchRelation
{
    /// <param name="classes">The class of each row of the batch, from 0.</param>
    /// <param name="relation">How classes are related; null where only rows of one class belong together.</param>
    /// <param name="device">Where the relation is wanted.</param>
    /// <remarks>Classes are compared on the host, each pair that occurs once. In the current dispose scope.</remarks>
    public static Relation Of(ReadOnlySpan<int> classes, ClassRelation? relation, Device device)
    {
        if (relation is null)
            return Relation.FromLabels(tensor(Array.ConvertAll(classes.ToArray(), number => (long)number)).to(device));

        var numbers = new Dictionary<int, int>();
        var numberOf = new long[classes.Length];
        for (var row = 0; row < classes.Length; row++)
        {
            if (!numbers.TryGetValue(classes[row], out var number))
                numbers.Add(classes[row], number = numbers.Count);
            numberOf[row] = number;
        }
        int[] distinct = [.. numbers.Keys];
        var related = new bool[distinct.Length * distinct.Length];
        for (var i = 0; i < distinct.Length; i++)
        {
            for (var j = 0; j <= i; j++)
                related[i * distinct.Length + j] = related[j * distinct.Length + i] = relation.AreRelated(distinct[i], distinct[j]);
        }
        var index = tensor(numberOf).to(device);
        var together = tensor(related, [distinct.Length, distinct.Length]).to(device).index_select(0, index).index_select(1, index);
        return Relation.FromPairs(together);
    }
}
