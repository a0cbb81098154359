using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Each label's share of the neighbours' weight, and the labels whose share reaches a threshold.</summary>
/// <param name="labelColumn">The column of the rows' labels.</param>
/// <param name="labels">All labels.</param>
/// <param name="table">The sets of them that rows have: a reference row carries the number of its set.</param>
/// <param name="weights">How much each neighbour counts.</param>
/// <param name="threshold">The least share of a label that is predicted.</param>
internal sealed class MultiLabelOutput(string labelColumn, LabelVocabulary labels, LabelSetTable table, VoteWeights weights, float threshold)
    : NeighborOutput
{
    // Not ML.NET's: it has no such task.
    private const string Kind = "MultiLabelClassification";

    public string LabelColumn => labelColumn;

    public LabelVocabulary Labels => labels;

    public LabelSetTable Table => table;

    public VoteWeights Weights => weights;

    public float Threshold => threshold;

    /// <exception cref="ArgumentOutOfRangeException">The threshold is none.</exception>
    public static float CheckThreshold(string name, float threshold) => threshold is > 0 and <= 1
        ? threshold
        : throw new ArgumentOutOfRangeException(char.ToLowerInvariant(name[0]) + name[1..],
            string.Create(CultureInfo.InvariantCulture, $"{name} is {threshold}; it must be above 0 and at most 1."));

    public MultiLabelOutput With(float other) => new(labelColumn, labels, table, weights, other);

    public override IReadOnlyList<DataViewSchema.Column> Required(DataViewSchema rows) => [InputColumns.LabelSet(rows, labelColumn, orBooleans: false)];

    public override IReadOnlyList<ColumnReader> CreateReaders(DataViewRow row)
    {
        var read = LabelSetReader.Create(row, row.Schema[labelColumn], labels);
        return [new ColumnReader<int>(() => table.Add(read()))];
    }

    public override string DescribeEmpty() => $"The data has no rows with a label in column '{labelColumn}'.";

    public override NeighborOutput Copy() => new MultiLabelOutput(labelColumn, labels.Copy(), table.Copy(), weights, threshold);

    public override IReadOnlyList<DataViewSchema.DetachedColumn> GetOutputColumns(DataViewSchema input)
    {
        var predicted = new DataViewSchema.Annotations.Builder();
        labels.AddKeyValues(predicted);
        ScoreAnnotations.Add(predicted, input, Kind, "PredictedLabel");
        var score = new DataViewSchema.Annotations.Builder();
        labels.AddSlotNames(score);
        ScoreAnnotations.Add(score, input, Kind, "Score");
        return
        [
            new("PredictedLabel", new VectorDataViewType(new KeyDataViewType(typeof(uint), labels.Count)), predicted.ToAnnotations()),
            new("Score", new VectorDataViewType(NumberDataViewType.Single, labels.Count), score.ToAnnotations()),
        ];
    }

    public override Delegate CreateGetter(ReferenceSet set, NeighborResults results, int outputColumn, Func<int> slot)
    {
        var votes = new Votes(row => table.Sets[set.Value<int>(row, 0)], results, labels.Count, weights);
        if (outputColumn == 0)
        {
            return (ValueGetter<VBuffer<uint>>)((ref VBuffer<uint> value) =>
            {
                var winners = votes.Winners(slot(), threshold);
                var editor = VBufferEditor.Create(ref value, winners.Count);
                for (var i = 0; i < winners.Count; i++)
                    editor.Values[i] = (uint)(winners[i] + 1);
                value = editor.Commit();
            });
        }
        return (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
        {
            var editor = VBufferEditor.Create(ref value, labels.Count);
            votes.Scores(slot(), editor.Values);
            value = editor.Commit();
        });
    }

    /// <summary>Counts the votes for one query at a time.</summary>
    private sealed class Votes(Func<int, int[]> labelsOf, NeighborResults results, int labelCount, VoteWeights weights)
    {
        private readonly float[] _shares = new float[labelCount];
        private readonly double[] _totals = new double[labelCount];
        private readonly double[] _weights = new double[results.NumberOfNeighbors];
        private readonly List<int> _voted = [];

        /// <summary>The labels whose share is at least a threshold: the largest first, of equal ones the one with the smaller number.</summary>
        public List<int> Winners(int slot, float threshold)
        {
            Count(slot);
            _voted.RemoveAll(label => _shares[label] < threshold);
            _voted.Sort((a, b) => _shares[a] != _shares[b] ? _shares[b].CompareTo(_shares[a]) : a.CompareTo(b));
            return _voted;
        }

        public void Scores(int slot, Span<float> scores)
        {
            Count(slot);
            scores.Fill(results.Rows(slot).IsEmpty ? float.NaN : 0);
            foreach (var label in _voted)
                scores[label] = _shares[label];
        }

        // Only the labels met are touched: there may be very many.
        private void Count(int slot)
        {
            var rows = results.Rows(slot);
            _voted.Clear();
            if (rows.IsEmpty)
                return;
            weights.Compute(results.Distances(slot), _weights.AsSpan(0, rows.Length));
            for (var i = 0; i < rows.Length; i++)
            {
                foreach (var label in labelsOf(rows[i]))
                {
                    if (_totals[label] == 0)
                        _voted.Add(label);
                    _totals[label] += _weights[i];
                }
            }
            foreach (var label in _voted)
            {
                _shares[label] = (float)_totals[label];
                _totals[label] = 0;
            }
        }
    }
}
