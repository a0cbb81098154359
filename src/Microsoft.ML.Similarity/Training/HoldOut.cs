namespace Microsoft.ML.Similarity.Training;

/// <summary>Divides rows into those trained on and those held out for validation.</summary>
internal static class HoldOut
{
    // With fewer, the metric of the held-out classes says little, and too many of the training classes are lost.
    private const int EnoughClasses = 5;

    /// <summary>
    /// Whole classes are held out where the fraction of the classes makes at least five: then the metric is about classes
    /// not trained on. Otherwise rows are, the fraction of each class and at least two, so that each finds its like, from
    /// classes that keep at least two.
    /// </summary>
    /// <param name="classes">The class of each row.</param>
    /// <param name="classCount">The number of classes.</param>
    /// <param name="fraction">In [0, 1).</param>
    /// <param name="seed">Decides which.</param>
    public static (int[] Training, int[] Validation) Split(int[] classes, int classCount, double fraction, int seed)
    {
        var all = Range(classes.Length);
        if (fraction == 0)
            return (all, []);
        var random = new Random(seed);
        var groups = TrainingSet.GroupByClass(all, classes, classCount);
        random.Shuffle(groups);
        // Of many rows a set would take many times their memory.
        var heldOut = new bool[classes.Length];
        var whole = groups.Where(group => group.Length > 1).ToArray();
        var wholeCount = (int)(fraction * whole.Length);
        if (wholeCount >= EnoughClasses)
        {
            foreach (var group in whole.AsSpan(0, wholeCount))
                Mark(group);
        }
        else
        {
            foreach (var group in groups)
            {
                var count = Math.Max(2, (int)Math.Round(fraction * group.Length));
                if (group.Length < count + 2)
                    continue;
                random.Shuffle(group);
                Mark(group.AsSpan(0, count));
            }
        }
        return (Array.FindAll(all, row => !heldOut[row]), Array.FindAll(all, row => heldOut[row]));

        void Mark(ReadOnlySpan<int> rows)
        {
            foreach (var row in rows)
                heldOut[row] = true;
        }
    }

    /// <summary>
    /// The fraction of each group of examples is held out, if it comes to at least two in all. Those held out come in random order.
    /// </summary>
    /// <param name="groups">The group of each example.</param>
    /// <param name="fraction">In [0, 1).</param>
    /// <param name="seed">Decides which.</param>
    public static (int[] Training, int[] Validation) SplitExamples(int[] groups, double fraction, int seed)
    {
        var all = Range(groups.Length);
        if (Math.Round(fraction * all.Length) < 2)
            return (all, []);
        var left = new Dictionary<int, int>();
        foreach (var group in groups)
            left[group] = left.GetValueOrDefault(group) + 1;
        foreach (var (group, size) in left)
            left[group] = (int)Math.Round(fraction * size);
        new Random(seed).Shuffle(all);
        var heldOut = new bool[groups.Length];
        var validation = Array.FindAll(all, example => heldOut[example] = left[groups[example]]-- > 0);
        return (Array.FindAll(Range(groups.Length), example => !heldOut[example]), validation);
    }

    private static int[] Range(int count)
    {
        var numbers = new int[count];
        for (var i = 0; i < count; i++)
            numbers[i] = i;
        return numbers;
    }

    /// <summary>At most <paramref name="limit"/> rows to compute a metric on: as many of each class as fit, classes whole if possible.</summary>
    public static int[] Limit(int[] rows, int[] classes, int classCount, int limit, int seed)
    {
        if (rows.Length <= limit)
            return rows;
        var random = new Random(seed);
        var groups = TrainingSet.GroupByClass(rows, classes, classCount);
        random.Shuffle(groups);
        var each = Math.Max(2, limit / groups.Length);
        var kept = new List<int>(limit);
        foreach (var group in groups)
        {
            random.Shuffle(group);
            var count = Math.Min(Math.Min(each, group.Length), limit - kept.Count);
            kept.AddRange(group.AsSpan(0, count));
        }
        kept.Sort();
        return [.. kept];
    }
}
