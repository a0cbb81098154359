using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The weighted mean of the neighbours' numbers.</summary>
internal sealed class TargetOutput(string labelColumn, VoteWeights weights) : NeighborOutput
{
    public string LabelColumn => labelColumn;

    public VoteWeights Weights => weights;

    public override IReadOnlyList<DataViewSchema.Column> Required(DataViewSchema rows) => [InputColumns.Number(rows, labelColumn, "label")];

    public override IReadOnlyList<ColumnReader> CreateReaders(DataViewRow row)
    {
        var getter = row.GetGetter<float>(row.Schema[labelColumn]);
        var value = 0f;
        return [new ColumnReader<float>(Read, label => !float.IsNaN(label))];

        float Read()
        {
            getter(ref value);
            return float.IsInfinity(value)
                ? throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                    $"Label column '{labelColumn}' has the value {value} in row {row.Position} (counted from 0); "
                    + $"a label must be a finite number, or NaN where it is missing."))
                : value;
        }
    }

    public override string DescribeEmpty() => $"The data has no rows with a label in column '{labelColumn}'.";

    public override NeighborOutput Copy() => this;   // numbers need no vocabulary

    public override IReadOnlyList<DataViewSchema.DetachedColumn> GetOutputColumns(DataViewSchema input)
    {
        var score = new DataViewSchema.Annotations.Builder();
        ScoreAnnotations.Add(score, input, "Regression", "Score");
        return [new("Score", NumberDataViewType.Single, score.ToAnnotations())];
    }

    public override Delegate CreateGetter(ReferenceSet set, NeighborResults results, int outputColumn, Func<int> slot)
    {
        var scratch = new double[results.NumberOfNeighbors];
        return (ValueGetter<float>)((ref float value) =>
        {
            var rows = results.Rows(slot());
            value = float.NaN;
            if (rows.IsEmpty)
                return;
            weights.Compute(results.Distances(slot()), scratch.AsSpan(0, rows.Length));
            var mean = 0d;
            for (var i = 0; i < rows.Length; i++)
                mean += scratch[i] * set.Value<float>(rows[i], 0);
            value = (float)mean;
        });
    }
}
