using System.Globalization;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Relations;

/// <summary>Rows belong together when a function of their labels says so.</summary>
/// <typeparam name="T">
/// The type of a label: <see cref="string"/> for text, <see cref="bool"/> for Booleans, and for integers any numeric type that holds them. Keys are given
/// as the values behind them, or as their numbers where they have none.
/// </typeparam>
/// <param name="BelongTogether">
/// Says of two labels whether rows of them belong together. It must be symmetric. It is asked once for each pair of distinct labels, and once for
/// each label with itself, by one thread; the number of distinct labels is limited to 32768.
/// </param>
public sealed record LabelPredicate<T>(Func<T, T, bool> BelongTogether) : RowRelation
    where T : notnull
{
    private const int MostLabels = 1 << 15;

    /// <summary>Says of two labels whether rows of them belong together.</summary>
    public Func<T, T, bool> BelongTogether { get; init; } = BelongTogether ?? throw new ArgumentNullException(nameof(BelongTogether));

    internal override ClassRelation Relate(LabelVocabulary labels)
    {
        if (labels.Count > MostLabels)
            throw new InvalidOperationException($"There are {labels.Count} distinct labels; a predicate is asked of every pair of them, and of at most {MostLabels} labels.");
        var values = new T[labels.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = Convert(labels, i);
        var table = new RelationTable(values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                if (BelongTogether(values[i], values[j]))
                    table.Add(i, j);
            }
        }
        return table;
    }

    private static T Convert(LabelVocabulary labels, int index)
    {
        object value = labels.Family switch
        {
            LabelFamily.Text => labels.Texts[index],
            LabelFamily.Boolean => labels.Numbers[index] != 0,
            LabelFamily.Float => LabelVocabulary.DoubleOf(labels.Numbers[index]),
            _ => (decimal)labels.Numbers[index],
        };
        if (value is T same)
            return same;
        var isNumber = typeof(T).IsPrimitive && typeof(T) != typeof(bool) && typeof(T) != typeof(char);
        if (value is string or bool || !isNumber)
            throw new InvalidOperationException($"The predicate takes labels of type {typeof(T).Name}; the label column holds {Describe(labels.Family)}.");
        try
        {
            return (T)System.Convert.ChangeType(value, typeof(T), CultureInfo.InvariantCulture);
        }
        catch (OverflowException error)
        {
            throw new InvalidOperationException($"The predicate takes labels of type {typeof(T).Name}, which cannot hold the label {labels.TextOf(index)}.", error);
        }
    }

    private static string Describe(LabelFamily family) => family switch
    {
        LabelFamily.Text => "text",
        LabelFamily.Boolean => "Booleans",
        LabelFamily.Float => "floating-point numbers behind keys",
        _ => "integers",
    };
}
