using System.Numerics.Tensors;

namespace Microsoft.ML.Similarity.Evaluation;

/// <summary>Computes <see cref="FewShotMetrics"/> from plain memory.</summary>
/// <remarks>The result is the same for any number of threads.</remarks>
internal sealed class FewShotEvaluator
{
    private readonly UsableRows _rows;
    private readonly FewShotEpisodes _episodes;
    private readonly int[] _classes;

    private FewShotEvaluator(UsableRows rows, FewShotEpisodes episodes, int[] classes)
    {
        _rows = rows;
        _episodes = episodes;
        _classes = classes;
    }

    /// <exception cref="InvalidOperationException">Too few classes have enough rows.</exception>
    public static FewShotMetrics Evaluate(LabelledRows data, FewShotEpisodes episodes, int seed)
    {
        var rows = new UsableRows(data);
        int[] all = [.. Enumerable.Range(0, rows.Count).Select(rows.ClassOf).Distinct().Order()];
        int[] classes = [.. all.Where(x => rows.OfClass(x).Length >= episodes.RowsOfClass)];
        if (classes.Length < episodes.Ways)
            throw new InvalidOperationException(
                $"Episodes of {episodes.Ways} ways, {episodes.Shots} shots and {episodes.Queries} queries need at least {episodes.Ways} classes of at least "
                + $"{episodes.RowsOfClass} rows; of the {all.Length} classes {classes.Length} have as many. "
                + $"Rows left out for a missing label: {rows.MissingLabels}, for an embedding that is not finite: {rows.InvalidEmbeddings}.");
        return new(new FewShotEvaluator(rows, episodes, classes).Accuracies(seed))
        {
            ClassCount = classes.Length,
            SmallClassCount = all.Length - classes.Length,
            MissingLabelCount = rows.MissingLabels,
            InvalidEmbeddingCount = rows.InvalidEmbeddings,
        };
    }

    private double[] Accuracies(int seed)
    {
        // One seed for each episode, drawn in order, so that threads do not matter.
        var random = new Random(seed);
        var seeds = new int[_episodes.Episodes];
        for (var i = 0; i < seeds.Length; i++)
            seeds[i] = random.Next();
        var accuracies = new double[seeds.Length];
        Parallel.For(0, seeds.Length, i => accuracies[i] = Accuracy(new Random(seeds[i])));
        return accuracies;
    }

    private double Accuracy(Random random)
    {
        var dimension = _rows.Dimension;
        var prototypes = new double[_episodes.Ways * dimension];
        var queries = new int[_episodes.Ways][];
        var values = new double[dimension];
        var drawn = Draw(random, _episodes.Ways, _classes.Length);
        for (var way = 0; way < _episodes.Ways; way++)
        {
            var rows = _rows.OfClass(_classes[drawn[way]]);
            var members = Draw(random, (int)_episodes.RowsOfClass, rows.Length);
            for (var i = 0; i < members.Length; i++)
                members[i] = rows[members[i]];
            var prototype = prototypes.AsSpan(way * dimension, dimension);
            foreach (var row in members.AsSpan(0, _episodes.Shots))
            {
                TensorPrimitives.ConvertTruncating(_rows[row], values);
                TensorPrimitives.Add(prototype, values, prototype);
            }
            TensorPrimitives.Divide(prototype, _episodes.Shots, prototype);
            queries[way] = members[_episodes.Shots..];
        }

        var right = 0L;
        for (var way = 0; way < _episodes.Ways; way++)
        {
            foreach (var row in queries[way])
            {
                TensorPrimitives.ConvertTruncating(_rows[row], values);
                if (Nearest(values, prototypes) == way)
                    right++;
            }
        }
        return right / ((double)_episodes.Ways * _episodes.Queries);
    }

    // Of prototypes equally near the first, which is any of them since the classes are in random order.
    private int Nearest(double[] values, double[] prototypes)
    {
        var (nearest, least) = (-1, double.PositiveInfinity);
        for (var way = 0; way < _episodes.Ways; way++)
        {
            var distance = TensorPrimitives.Distance<double>(values, prototypes.AsSpan(way * values.Length, values.Length));
            if (distance < least)
                (nearest, least) = (way, distance);
        }
        return nearest;
    }

    /// <summary>
    /// Different numbers below <paramref name="end"/> in random order: the first steps of a Fisher-Yates shuffle, of which only
    /// the places that changed are kept.
    /// </summary>
    internal static int[] Draw(Random random, int count, int end)
    {
        var moved = new Dictionary<int, int>(count);
        var drawn = new int[count];
        for (var i = 0; i < count; i++)
        {
            var place = random.Next(i, end);
            drawn[i] = moved.GetValueOrDefault(place, place);
            moved[place] = moved.GetValueOrDefault(i, i);
        }
        return drawn;
    }
}
