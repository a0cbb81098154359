using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>The mean distance to the neighbours, and whether it is above a threshold.</summary>
internal sealed class AnomalyOutput(float threshold) : NeighborOutput
{
    private const string Kind = "AnomalyDetection";

    public float Threshold => threshold;

    public override IReadOnlyList<DataViewSchema.Column> Required(DataViewSchema rows) => [];

    public override IReadOnlyList<ColumnReader> CreateReaders(DataViewRow row) => [];

    public override string DescribeEmpty() => "The data has no rows.";

    public override NeighborOutput Copy() => this;   // rows carry nothing

    public override IReadOnlyList<DataViewSchema.DetachedColumn> GetOutputColumns(DataViewSchema input)
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

    public override Delegate CreateGetter(ReferenceSet set, NeighborResults results, int outputColumn, Func<int> slot) => outputColumn == 0
        ? (ValueGetter<bool>)((ref bool value) => value = Score(results.Distances(slot())) > threshold)
        : (ValueGetter<float>)((ref float value) => value = Score(results.Distances(slot())));

    // NaN without neighbours, and NaN is above nothing.
    private static float Score(ReadOnlySpan<float> distances)
    {
        var sum = 0d;
        foreach (var distance in distances)
            sum += distance;
        return (float)(sum / distances.Length);
    }
}
