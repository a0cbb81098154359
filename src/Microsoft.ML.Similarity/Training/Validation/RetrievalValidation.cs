using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Evaluation;
using Microsoft.ML.Similarity.Relations;

namespace Microsoft.ML.Similarity.Training.Validation;

/// <summary>Labelled rows, each of which should find those it belongs with: MAP@R, leave-one-out.</summary>
internal sealed class RetrievalValidation : EmbeddingValidation
{
    // Every epoch compares all these rows with one another: more would cost more than they tell.
    public const int MaximumRows = 4096;

    private readonly int[] _rows;
    private readonly int[] _classes;
    private readonly ClassRelation? _relation;

    public RetrievalValidation(TrainingSet set, int[] rows, int seed)
        : base(set.Features)
    {
        _rows = HoldOut.Limit(rows, set.Classes, set.ClassCount, MaximumRows, SeedSequence.ValidationRows(seed));
        _classes = Array.ConvertAll(_rows, row => set.Classes[row]);
        _relation = set.Relation;
        IsUsable = set.Contrasts(_rows).AnyAlike;
    }

    public override string Metric => "MAP@R";

    public override int Count => _rows.Length;

    /// <summary>Whether some two rows belong together: without, there is nothing to measure.</summary>
    public bool IsUsable { get; }

    private protected override double MeasureCore(EncoderModule encoder)
    {
        var embedded = Embed(encoder, _rows);
        var embeddings = embedded.cpu().data<float>().ToArray();
        return IsFinite(embeddings)
            ? RetrievalEvaluator.LeaveOneOut(new LabelledRows(embeddings, (int)embedded.shape[1], _classes), relation: _relation).MeanAveragePrecisionAtR
            : double.NaN;
    }
}
