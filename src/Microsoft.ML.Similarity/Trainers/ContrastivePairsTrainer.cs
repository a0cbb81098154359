using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Pairs;

namespace Microsoft.ML.Similarity.Trainers;

/// <summary>Learns, from pairs of which it is known whether they belong together, an embedding in which those that do are near and the others apart (a Siamese network).</summary>
/// <remarks>
/// <para>Made by <c>ml.Similarity.Trainers.ContrastivePairs</c>.</para>
/// <para><b>Input and output columns</b></para>
/// <list type="table">
/// <listheader><term>Column</term><description>Type</description></listheader>
/// <item><term>Left, Right</term><description>A vector of Single of known size, dense or sparse, of finite numbers, the same size for all; pictures, as docs/encoders.md says; or, with a table of items, an id: key, text, an integer type or Boolean.</description></item>
/// <item><term>Label</term><description>Boolean: whether the two belong together.</description></item>
/// <item><term>Embeddings (output)</term><description>For each of these columns, a vector of Single of the encoder's output dimension,
/// named after it with <c>Embedding</c> added, with the annotation IsNormalized where the encoder normalises.</description></item>
/// </list>
/// <para><b>Trainer characteristics</b></para>
/// <list type="table">
/// <listheader><term>Question</term><description>Answer</description></listheader>
/// <item><term>Task</term><description>Verification: do two rows belong together?</description></item>
/// <item><term>Is normalisation required?</term><description>No: by default the encoder standardises its inputs.</description></item>
/// <item><term>Is caching required?</term><description>No: the data is read once.</description></item>
/// <item><term>Measured after each epoch</term><description>ROC-AUC: how well distances tell the two kinds of pairs apart.</description></item>
/// <item><term>Required NuGet in addition</term><description>TorchSharp-cpu, TorchSharp-cuda-windows or TorchSharp-cuda-linux, to
/// train. Not to use the model, unless its network is large.</description></item>
/// </list>
/// </remarks>
public sealed class ContrastivePairsTrainer : PairTrainer
{
    internal ContrastivePairsTrainer(IHostEnvironment environment, Options options)
        : base(environment, options, options.Check(), options.Columns(), new LabeledPairs(), options.Loss)
    {
    }

    /// <summary>The options of a <see cref="ContrastivePairsTrainer"/>.</summary>
    public sealed class Options : PairTrainerOptions
    {
        /// <summary>The first column of rows. Default <c>Left</c>.</summary>
        public string LeftColumnName = "Left";

        /// <summary>The second column of rows. Default <c>Right</c>.</summary>
        public string RightColumnName = "Right";

        /// <summary>Whether the two belong together: Boolean. Default <c>Label</c>.</summary>
        public string LabelColumnName = "Label";

        /// <summary>What is minimised. Default a <see cref="ContrastivePairLoss"/> with its defaults; losses on labelled pairs fit.</summary>
        public PairLoss Loss = new ContrastivePairLoss();

        internal TrainingSettings Check()
        {
            CheckPairs((LeftColumnName, nameof(LeftColumnName)), (RightColumnName, nameof(RightColumnName)), (LabelColumnName, nameof(LabelColumnName)));
            ArgumentNullException.ThrowIfNull(Loss);
            return ToSettings();
        }

        internal PairColumns Columns() => new(
            [("left", LeftColumnName), ("right", RightColumnName)], ("label", LabelColumnName), PairTarget.Boolean, ExampleWeightColumnName, Items is not null);
    }
}
