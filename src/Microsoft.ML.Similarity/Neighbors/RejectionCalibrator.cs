using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Validation rows with their distances to their nearest neighbours, by which the largest distance that is accepted is chosen.</summary>
internal sealed class RejectionCalibrator
{
    private readonly List<float> _known = [];
    private readonly List<bool> _correct = [];
    private readonly List<float> _unknown = [];
    private readonly long _skipped;

    /// <param name="scored">The rows, with the columns PredictedLabel and Distance of a classifier that rejects none.</param>
    /// <param name="label">Their label column.</param>
    /// <param name="classes">The classifier's classes.</param>
    /// <param name="isKnown">Whether a class has reference rows.</param>
    public RejectionCalibrator(IDataView scored, DataViewSchema.Column label, LabelVocabulary classes, bool[] isKnown)
    {
        var (predicted, distance) = (scored.Schema["PredictedLabel"], scored.Schema["Distance"]);
        using var cursor = scored.GetRowCursor([label, predicted, distance]);
        var readLabel = LabelReader.Create(cursor, label, classes.Copy().Freeze());
        var readPredicted = cursor.GetGetter<uint>(predicted);
        var readDistance = cursor.GetGetter<float>(distance);
        var (key, value) = (0u, 0f);
        while (cursor.MoveNext())
        {
            readDistance(ref value);
            if (float.IsNaN(value))
            {
                _skipped++;
                continue;
            }
            var code = readLabel();
            if (code == LabelReader.Missing || !isKnown[code])
            {
                _unknown.Add(value);
                continue;
            }
            readPredicted(ref key);
            _known.Add(value);
            _correct.Add(key == code + 1);
        }
    }

    /// <summary>The smallest largest distance that rejects at most a fraction of the rows of known classes.</summary>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public float ForFalseRejects(double rate) => _known.Count > 0
        ? UpperFraction.Threshold([.. _known], rate)
        : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"A false-reject rate needs validation rows of classes that the reference rows have; none of the {_unknown.Count} rows is."));

    /// <summary>The largest distance that accepts at most a fraction of the rows of no known class.</summary>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public float ForFalseAccepts(double rate) => _unknown.Count > 0
        ? MathF.BitDecrement(-UpperFraction.Threshold([.. _unknown.Select(distance => -distance)], rate))
        : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"A false-accept rate needs validation rows of classes that no reference row has; all {_known.Count} rows are of known ones."));

    public Rejection At(float maximumDistance)
    {
        var accepted = _known.Select(distance => distance <= maximumDistance).ToArray();
        return new(maximumDistance, new(
            _known.Count,
            accepted.LongCount(x => !x),
            accepted.Zip(_correct).LongCount(x => x is (true, true)),
            _unknown.Count,
            _unknown.LongCount(distance => distance <= maximumDistance),
            _skipped));
    }
}
