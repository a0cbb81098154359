using System.Globalization;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Classifies rows by the classes of their nearest reference rows.</summary>
/// <remarks>
/// See <see cref="KNearestNeighborsMulticlassTrainer"/> for the columns and for what it costs. What
/// <see cref="KNearestNeighborsMulticlassTrainer.Fit"/> returned also remembers which rows of the view it was fitted on are its
/// reference rows: 16 bytes a row, never saved. A transformer loaded, or made by the methods of this one, does not.
/// </remarks>
public class KNearestNeighborsMulticlassTransformer : NeighborTransformer
{
    internal const string Signature = "SIMKNNMC";

    internal KNearestNeighborsMulticlassTransformer(NeighborModel model)
        : base(model, Signature)
    {
    }

    /// <summary>The largest Distance of a row that is given a class; null where every row with neighbours is given one.</summary>
    public float? MaximumDistance => Output.Rejection?.MaximumDistance;

    /// <summary>What <see cref="MaximumDistance"/> does on the validation rows it was found on; null where it was given, and once rows were added or removed.</summary>
    public RejectionCalibration? Calibration => Output.Rejection?.Calibration;

    private ClassOutput Output => (ClassOutput)Model.Output;

    /// <summary>A transformer that gives no class to rows too far from all its reference rows; this one stays as it is.</summary>
    /// <remarks>See <see cref="KNearestNeighborsMulticlassTrainer"/> for what is measured. The reference rows are shared, not copied.</remarks>
    /// <param name="maximumDistance">The largest Distance of a row that is given a class.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximumDistance"/> is NaN.</exception>
    public KNearestNeighborsMulticlassTransformer RejectUnknown(float maximumDistance) => float.IsNaN(maximumDistance)
        ? throw new ArgumentOutOfRangeException(nameof(maximumDistance), "maximumDistance is NaN; it must be a number.")
        : Rejecting(new(maximumDistance, Calibration: null));

    /// <summary>
    /// A transformer that gives no class to rows too far from all its reference rows, the largest distance being found on validation rows; this one stays as it is.
    /// </summary>
    /// <remarks>
    /// A validation row is of a known class where a reference row has its label, by value; any other label, a missing one included, makes it one of no
    /// known class. Rows of known classes alone are enough for <paramref name="falseRejectRate"/>. Where there are fewer rows than 1 / rate none of them
    /// may be on the wrong side. <see cref="Calibration"/> tells both rates as they came out. Rows that are reference rows too would be their own
    /// neighbours, and make the distance too small: keep some rows back.
    /// </remarks>
    /// <param name="validation">Rows with the feature column, the label column and, where there is one, the row id column.</param>
    /// <param name="falseRejectRate">The largest fraction of the rows of known classes that may be rejected, from 0 to 1. Not used where
    /// <paramref name="falseAcceptRate"/> is given.</param>
    /// <param name="falseAcceptRate">The largest fraction of the rows of no known class that may be given one, from 0 to 1; or null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A rate is not from 0 to 1, or a column is missing, or of another type or dimension.</exception>
    /// <exception cref="InvalidOperationException">There are no rows of known classes, or of others, as the rate asks for.</exception>
    public KNearestNeighborsMulticlassTransformer RejectUnknown(IDataView validation, double falseRejectRate = 0.05, double? falseAcceptRate = null)
    {
        ArgumentNullException.ThrowIfNull(validation);
        CheckRate(nameof(falseRejectRate), falseRejectRate);
        CheckRate(nameof(falseAcceptRate), falseAcceptRate ?? 0);
        var label = InputColumns.Label(validation.Schema, Output.LabelColumn);
        LabelReader.CheckFamily(label, Output.Classes);
        var isKnown = new bool[Output.Classes.Count];
        foreach (var row in Model.Set.Index.Numbers())
            isKnown[Model.Set.Value<int>((int)row, 0)] = true;
        var scored = RejectUnknown(float.PositiveInfinity).Transform(validation);
        // By its place: the columns added may hide the label by name.
        var rows = new RejectionCalibrator(scored, scored.Schema[label.Index], Output.Classes, isKnown);
        return Rejecting(rows.At(falseAcceptRate is { } rate ? rows.ForFalseAccepts(rate) : rows.ForFalseRejects(falseRejectRate)));
    }

    /// <summary>A transformer whose reference rows are these followed by others; this one stays as it is.</summary>
    /// <remarks>
    /// Nothing is trained, and the reference rows are shared, not copied. Classes not seen before are appended after those
    /// known, which keep their numbers; key labels are matched by their values, never by their numbers. <see cref="MaximumDistance"/> stays.
    /// Searches compare each row added, until there are so many (1,024 or, where that is more, a 32nd of the rows) that the index is built anew.
    /// </remarks>
    /// <param name="rows">Rows with the feature column, the label column and, where there is one, the row id column. Rows
    /// without a label are left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or of another type or dimension.</exception>
    /// <exception cref="InvalidOperationException">A feature is NaN or infinite, or no row has a label.</exception>
    public KNearestNeighborsMulticlassTransformer AddRows(IDataView rows) => new(Model.AddRows(rows));

    /// <summary>A transformer without the reference rows whose ids are given; this one stays as it is.</summary>
    /// <remarks>
    /// The rows that stay are shared, not copied, until a quarter of those of the last build were removed, and at least 1,024: the index is
    /// built anew then. Saved models hold no vectors of removed rows, and of their columns only
    /// the ids and classes that occurred. Classes keep their keys, those without rows included. <see cref="MaximumDistance"/> stays.
    /// </remarks>
    /// <param name="rows">Rows with the row id column, which <see cref="NeighborOptions.RowIdColumnName"/> named in Fit; ids that no reference
    /// row has, and missing ones, are ignored.</param>
    /// <exception cref="ArgumentOutOfRangeException">The row id column is missing, or its ids are of another kind.</exception>
    /// <exception cref="InvalidOperationException">The reference rows have no ids, or none would be left.</exception>
    public KNearestNeighborsMulticlassTransformer RemoveRows(IDataView rows) =>
        new(Model.RemoveRows(rows).With(Output.Uncalibrated()));

    private KNearestNeighborsMulticlassTransformer Rejecting(Rejection rejection) => new(Model.With(Output.With(rejection)));

    private static void CheckRate(string name, double rate)
    {
        if (rate is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(name, string.Create(CultureInfo.InvariantCulture, $"{name} is {rate}; it must be from 0 to 1."));
    }
}
