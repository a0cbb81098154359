using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Neighbors;

/// <summary>Triplets of the numbers of ids, and the distances of the latter two from the first.</summary>
internal sealed class MinedTriplets
{
    private readonly List<int> _anchors = [];
    private readonly List<int> _positives = [];
    private readonly List<int> _negatives = [];
    private readonly List<float> _positiveDistances = [];
    private readonly List<float> _negativeDistances = [];

    public int Count => _anchors.Count;

    public void Add(int anchor, int positive, int negative, float positiveDistance, float negativeDistance)
    {
        _anchors.Add(anchor);
        _positives.Add(positive);
        _negatives.Add(negative);
        _positiveDistances.Add(positiveDistance);
        _negativeDistances.Add(negativeDistance);
    }

    /// <param name="anchors">The values of the anchors' ids.</param>
    /// <param name="others">The values of the positives' and the negatives' ids.</param>
    public IDataView ToView(IdColumn anchors, IdColumn others) => new ListsView(
        Count,
        (anchors.ToOutput("Anchor"), row => Ids(anchors, _anchors, row)),
        (others.ToOutput("Positive"), row => Ids(others, _positives, row)),
        (others.ToOutput("Negative"), row => Ids(others, _negatives, row)),
        (Number("PositiveDistance"), row => Numbers(_positiveDistances, row)),
        (Number("NegativeDistance"), row => Numbers(_negativeDistances, row)));

    private static DataViewSchema.DetachedColumn Number(string name) => new(name, NumberDataViewType.Single);

    private static Delegate Ids(IdColumn ids, List<int> numbers, Func<int> row) => ids.CreateGetter(() => numbers[row()]);

    private static ValueGetter<float> Numbers(List<float> values, Func<int> row) => (ref float value) => value = values[row()];
}
