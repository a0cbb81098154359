using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Pairs;

namespace Microsoft.ML.Similarity.Trainers;

/// <summary>Learns, from given triplets, an embedding in which an anchor is nearer to its positive than to its negatives.</summary>
/// <remarks>
/// <para>Made by <c>ml.Similarity.Trainers.Triplets</c>.</para>
/// <para><b>Input and output columns</b></para>
/// <list type="table">
/// <listheader><term>Column</term><description>Type</description></listheader>
/// <item><term>Anchor, Positive</term><description>A vector of Single of known size, dense or sparse, of finite numbers, the same size for all; pictures, as docs/encoders.md says; or, with a table of items, an id: key, text, an integer type or Boolean.</description></item>
/// <item><term>Negatives</term><description>One or more columns of the same type.</description></item>
/// <item><term>Teacher margin</term><description>Optional, for distillation: Single, a teacher's score of anchor and positive less that of anchor and negative.</description></item>
/// <item><term>Embeddings (output)</term><description>For each of these columns, a vector of Single of the encoder's output dimension,
/// named after it with <c>Embedding</c> added, with the annotation IsNormalized where the encoder normalises.</description></item>
/// </list>
/// <para><b>Trainer characteristics</b></para>
/// <list type="table">
/// <listheader><term>Question</term><description>Answer</description></listheader>
/// <item><term>Task</term><description>An embedding for retrieval and nearest neighbours.</description></item>
/// <item><term>Is normalisation required?</term><description>No: by default the encoder standardises its inputs.</description></item>
/// <item><term>Is caching required?</term><description>No: the data is read once.</description></item>
/// <item><term>Measured after each epoch</term><description>Triplet accuracy: the share of triplets whose positive is nearer than the negative.</description></item>
/// <item><term>Required NuGet in addition</term><description>TorchSharp-cpu, TorchSharp-cuda-windows or TorchSharp-cuda-linux, to
/// train. Not to use the model, unless its network is large.</description></item>
/// </list>
/// </remarks>
public sealed class TripletsTrainer : PairTrainer
{
    internal TripletsTrainer(IHostEnvironment environment, Options options)
        : base(environment, options, options.Check(), options.Columns(), new GivenTriplets(), options.Loss)
    {
    }

    /// <summary>The options of a <see cref="TripletsTrainer"/>.</summary>
    public sealed class Options : PairTrainerOptions
    {
        /// <summary>The rows compared. Default <c>Anchor</c>.</summary>
        public string AnchorColumnName = "Anchor";

        /// <summary>The rows that should be nearer. Default <c>Positive</c>.</summary>
        public string PositiveColumnName = "Positive";

        /// <summary>The columns of the rows that should be farther, one or more. Default <c>Negative</c>.</summary>
        public IReadOnlyList<string> NegativeColumnNames = ["Negative"];

        /// <summary>
        /// The column of a teacher's margins: Single. Null, the default, for none; <see cref="MarginMseLoss"/> needs it, and one column of negatives.
        /// </summary>
        public string? TeacherMarginColumnName;

        /// <summary>What is minimised. Default an <see cref="ExplicitTripletLoss"/> with its defaults.</summary>
        public PairLoss Loss = new ExplicitTripletLoss();

        internal TrainingSettings Check()
        {
            ArgumentNullException.ThrowIfNull(NegativeColumnNames);
            if (NegativeColumnNames.Count == 0)
                throw new ArgumentException("NegativeColumnNames must name at least one column.", nameof(NegativeColumnNames));
            CheckPairs([
                (AnchorColumnName, nameof(AnchorColumnName)), (PositiveColumnName, nameof(PositiveColumnName)),
                .. NegativeColumnNames.Select(name => (name, nameof(NegativeColumnNames))),
                .. TeacherMarginColumnName is null ? [] : new[] { (TeacherMarginColumnName, nameof(TeacherMarginColumnName)) }]);
            if (Loss is MarginMseLoss && (TeacherMarginColumnName is null || NegativeColumnNames.Count > 1))
                throw new ArgumentException("MarginMseLoss needs TeacherMarginColumnName, and one column in NegativeColumnNames.", nameof(Loss));
            ArgumentNullException.ThrowIfNull(Loss);
            return ToSettings();
        }

        internal PairColumns Columns() => new(
            [("anchor", AnchorColumnName), ("positive", PositiveColumnName), .. NegativeColumnNames.Select(name => ("negative", name))],
            TeacherMarginColumnName is null ? null : ("teacher margin", TeacherMarginColumnName), PairTarget.Number, ExampleWeightColumnName, Items is not null);
    }
}
