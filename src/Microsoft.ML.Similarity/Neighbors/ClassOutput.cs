using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The class that most of the neighbours' weight speaks for, and the weight of each class.</summary>
internal sealed class ClassOutput(string labelColumn, LabelVocabulary classes, VoteWeights weights, Rejection? rejection = null) : NeighborOutput
{
    private const string Kind = "MulticlassClassification";

    public string LabelColumn => labelColumn;

    public LabelVocabulary Classes => classes;

    public VoteWeights Weights => weights;

    /// <summary>When a row is given no class; null: never, and there is no Distance column.</summary>
    public Rejection? Rejection => rejection;

    public ClassOutput With(Rejection other) => new(labelColumn, classes, weights, other);

    /// <summary>What becomes of neighbours among other reference rows, for which nothing was measured.</summary>
    public ClassOutput Uncalibrated() => rejection is null ? this : With(rejection with { Calibration = null });

    public override IReadOnlyList<DataViewSchema.Column> Required(DataViewSchema rows) => [InputColumns.Label(rows, labelColumn)];

    public override IReadOnlyList<ColumnReader> CreateReaders(DataViewRow row) =>
        [new ColumnReader<int>(LabelReader.Create(row, row.Schema[labelColumn], classes), code => code != LabelReader.Missing)];

    public override string DescribeEmpty() => $"The data has no rows with a label in column '{labelColumn}'.";

    public override NeighborOutput Copy() => new ClassOutput(labelColumn, classes.Copy(), weights, Uncalibrated().Rejection);

    public override IReadOnlyList<DataViewSchema.DetachedColumn> GetOutputColumns(DataViewSchema input)
    {
        var label = new DataViewSchema.Annotations.Builder();
        classes.AddKeyValues(label);
        ScoreAnnotations.Add(label, input, Kind, "PredictedLabel");
        var score = new DataViewSchema.Annotations.Builder();
        classes.AddSlotNames(score);
        classes.AddKeyValues(score, "TrainingLabelValues");
        ScoreAnnotations.Add(score, input, Kind, "Score");
        DataViewSchema.DetachedColumn[] columns =
        [
            new("PredictedLabel", new KeyDataViewType(typeof(uint), classes.Count), label.ToAnnotations()),
            new("Score", new VectorDataViewType(NumberDataViewType.Single, classes.Count), score.ToAnnotations()),
        ];
        return rejection is null ? columns : [.. columns, new("Distance", NumberDataViewType.Single)];
    }

    public override Delegate CreateGetter(ReferenceSet set, NeighborResults results, int outputColumn, Func<int> slot)
    {
        var votes = new Votes(set, results, classes.Count, weights);
        if (outputColumn == 0)
            return (ValueGetter<uint>)((ref uint value) => value = votes.Winner(slot(), rejection?.MaximumDistance));
        if (outputColumn == 2)
            return (ValueGetter<float>)((ref float value) => value = votes.Distance(slot()));
        return (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
        {
            var editor = VBufferEditor.Create(ref value, classes.Count);
            votes.Scores(slot(), editor.Values);
            value = editor.Commit();
        });
    }

    /// <summary>Counts the votes for one query at a time.</summary>
    private sealed class Votes(ReferenceSet set, NeighborResults results, int classCount, VoteWeights weights)
    {
        private readonly double[] _totals = new double[classCount];
        private readonly double[] _weights = new double[results.NumberOfNeighbors];
        private readonly int[] _classes = new int[results.NumberOfNeighbors];

        /// <summary>
        /// The key of the class with the largest total; of equal ones, of the class met first. 0 without neighbours, or with none that is near enough.
        /// </summary>
        public uint Winner(int slot, float? maximumDistance)
        {
            if (maximumDistance is { } maximum && !(Distance(slot) <= maximum))
                return 0;
            var best = -1;
            foreach (var @class in Count(slot))
            {
                if (best < 0 || _totals[@class] > _totals[best])
                    best = @class;
            }
            return (uint)(best + 1);
        }

        /// <summary>The distance to the nearest neighbour; NaN without neighbours.</summary>
        public float Distance(int slot) => results.Distances(slot) is [var nearest, ..] ? nearest : float.NaN;

        public void Scores(int slot, Span<float> scores)
        {
            var voted = Count(slot);
            scores.Fill(voted.IsEmpty ? float.NaN : 0);
            foreach (var @class in voted)
                scores[@class] = (float)_totals[@class];
        }

        // Only the totals of the classes met are touched: there may be very many classes.
        private ReadOnlySpan<int> Count(int slot)
        {
            var rows = results.Rows(slot);
            if (rows.IsEmpty)
                return [];
            weights.Compute(results.Distances(slot), _weights.AsSpan(0, rows.Length));
            for (var i = 0; i < rows.Length; i++)
            {
                _classes[i] = set.Value<int>(rows[i], 0);
                _totals[_classes[i]] = 0;
            }
            for (var i = 0; i < rows.Length; i++)
                _totals[_classes[i]] += _weights[i];
            return _classes.AsSpan(0, rows.Length);
        }
    }
}
