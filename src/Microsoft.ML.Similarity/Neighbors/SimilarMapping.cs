using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The mapping of a <see cref="SimilarTransformer"/>.</summary>
internal sealed class SimilarMapping(string leftColumn, string rightColumn, int dimension, NeighborMetric metric, float threshold) : IBatchMapping
{
    public const string LeftRole = "left embedding";
    public const string RightRole = "right embedding";

    private const string Kind = "BinaryClassification";

    // Nothing is gained by scoring pairs together: none is read ahead.
    public int BatchSize => 1;

    public static (int Left, int Right, int Dimension) Inputs(
        DataViewSchema input, string leftColumn, string rightColumn, int? dimension)
    {
        var left = InputColumns.Features(input, leftColumn, LeftRole, dimension);
        var size = ((VectorDataViewType)left.Type).Size;
        return (left.Index, InputColumns.Features(input, rightColumn, RightRole, size).Index, size);
    }

    public static IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(DataViewSchema input)
    {
        var label = new DataViewSchema.Annotations.Builder();
        ScoreAnnotations.Add(label, input, Kind, "PredictedLabel");
        var score = new DataViewSchema.Annotations.Builder();
        ScoreAnnotations.Add(score, input, Kind, "Score");
        return
        [
            new("PredictedLabel", BooleanDataViewType.Instance, label.ToAnnotations()),
            new("Score", NumberDataViewType.Single, score.ToAnnotations()),
        ];
    }

    public IReadOnlyList<DataViewSchema.DetachedColumn> GetOutputColumns(DataViewSchema input)
    {
        Inputs(input, leftColumn, rightColumn, dimension);
        return Outputs(input);
    }

    public IReadOnlyList<int> GetInputColumns(DataViewSchema input)
    {
        var (left, right, _) = Inputs(input, leftColumn, rightColumn, dimension);
        return [left, right];
    }

    public IBatchScorer CreateScorer(DataViewRow input, int capacity) => new Scorer(
        new PairScores(metric, dimension),
        new FeatureReader(input, input.Schema[leftColumn]),
        new FeatureReader(input, input.Schema[rightColumn]),
        threshold,
        capacity);

    private sealed class Scorer(PairScores pairs, FeatureReader left, FeatureReader right, float threshold, int capacity) : IBatchScorer
    {
        private readonly float[] _scores = new float[capacity];
        private readonly float[] _denseLeft = new float[left.Dimension];
        private readonly float[] _denseRight = new float[right.Dimension];

        public void Gather(int slot) => _scores[slot] = pairs.Score(Values(left, _denseLeft), Values(right, _denseRight));

        public void Evaluate(int count)
        {
        }

        public Delegate CreateGetter(int outputColumn, Func<int> slot) => outputColumn == 0
            ? (ValueGetter<bool>)((ref bool value) => value = _scores[slot()] >= threshold)
            : (ValueGetter<float>)((ref float value) => value = _scores[slot()]);

        public void Dispose()
        {
        }

        private static ReadOnlySpan<float> Values(FeatureReader reader, float[] dense)
        {
            ref readonly var value = ref reader.Read();
            if (value.IsDense)
                return value.GetValues();
            value.CopyTo(dense);
            return dense;
        }
    }
}
