using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Training.Pairs;
using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Validation;

/// <summary>
/// Each left row should find its right row among those of all pairs: the mean reciprocal rank. Other right rows that belong to
/// the same left row do not compete; of equal distances the own comes last.
/// </summary>
internal sealed class RankingValidation(PairSet set, int[] pairs, Distance distance) : PairValidation(set, pairs, distance, MaximumPairs)
{
    // All are compared with all after every epoch.
    private const int MaximumPairs = 4096;
    private const int RowsAtOnce = 256;

    public override string Metric => "mean reciprocal rank";

    private protected override double MeasureCore(Tensor[] parts)
    {
        var (left, right) = (parts[0], parts[1]);
        var leftRows = Rows(0, left.device);
        var rightRows = Rows(1, left.device);
        var sum = 0.0;
        for (var start = 0; start < Count; start += RowsAtOnce)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(RowsAtOnce, Count - start);
            var distances = Distance.Pairwise(left.narrow(0, start, count), right);
            var own = distances.diagonal(start).unsqueeze(1);
            var competes = Different(leftRows, start, count).logical_and(Different(rightRows, start, count));
            var rank = (distances <= own).logical_and(competes).sum(1) + One;
            sum += rank.to(ScalarType.Float64).reciprocal().sum().item<double>();
        }
        return sum / Count;
    }

    private Tensor Rows(int part, Device device) => tensor(Array.ConvertAll(Pairs, pair => Set.Parts[part][pair])).to(device);

    private static Tensor Different(Tensor rows, long start, long count) => rows.narrow(0, start, count).unsqueeze(1).ne(rows.unsqueeze(0));
}
