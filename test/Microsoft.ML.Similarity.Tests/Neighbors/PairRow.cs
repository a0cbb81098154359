using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

/// <summary>A pair of vectors, for the tests of <c>Similar</c>.</summary>
internal sealed class PairRow
{
    public const int Dimension = 5;

    public bool Label { get; set; }

    public float Number { get; set; }

    [VectorType(Dimension)]
    public VBuffer<float> LeftEmbedding { get; set; }

    [VectorType(Dimension)]
    public VBuffer<float> RightEmbedding { get; set; }

    /// <summary>Random pairs; those that belong together lie nearer. Every fifth left vector is sparse.</summary>
    public static PairRow[] Random(int rows, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(i =>
        {
            var left = Enumerable.Range(0, Dimension).Select(_ => random.NextSingle() - 0.5f).ToArray();
            var label = random.Next(3) == 0;
            var right = left.Select(x => (label ? x : 0.3f * x) + 0.4f * (random.NextSingle() - 0.5f)).ToArray();
            return new PairRow
            {
                Label = label,
                LeftEmbedding = i % 5 == 4 ? new VBuffer<float>(Dimension, 2, [left[0], left[3]], [0, 3]) : new VBuffer<float>(Dimension, left),
                RightEmbedding = new VBuffer<float>(Dimension, right),
            };
        })];
    }

    /// <summary>A pair whose inner product is the score.</summary>
    public static PairRow Scored(bool label, float score) => new()
    {
        Label = label,
        LeftEmbedding = new VBuffer<float>(Dimension, [1, 0, 0, 0, 0]),
        RightEmbedding = new VBuffer<float>(Dimension, [score, 0, 0, 0, 0]),
    };
}
