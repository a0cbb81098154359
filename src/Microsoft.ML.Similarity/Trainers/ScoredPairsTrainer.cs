using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Pairs;

namespace Microsoft.ML.Similarity.Trainers;

/// <summary>Learns, from pairs with a degree of similarity, an embedding whose distances follow it.</summary>
/// <remarks>
/// <para>Made by <c>ml.Similarity.Trainers.ScoredPairs</c>.</para>
/// <para><b>Input and output columns</b></para>
/// <list type="table">
/// <listheader><term>Column</term><description>Type</description></listheader>
/// <item><term>Left, Right</term><description>A vector of Single of known size, dense or sparse, of finite numbers, the same size for all; pictures, as docs/encoders.md says; or, with a table of items, an id: key, text, an integer type or Boolean.</description></item>
/// <item><term>Score</term><description>Single: the higher, the more similar. On any scale for losses on the order of scores; from -1 to 1 for <see cref="CosineRegressionLoss"/>. Rows with NaN are left out, with a warning in the log.</description></item>
/// <item><term>Embeddings (output)</term><description>For each of these columns, a vector of Single of the encoder's output dimension,
/// named after it with <c>Embedding</c> added, with the annotation IsNormalized where the encoder normalises.</description></item>
/// </list>
/// <para><b>Trainer characteristics</b></para>
/// <list type="table">
/// <listheader><term>Question</term><description>Answer</description></listheader>
/// <item><term>Task</term><description>Graded similarity.</description></item>
/// <item><term>Is normalisation required?</term><description>No: by default the encoder standardises its inputs.</description></item>
/// <item><term>Is caching required?</term><description>No: the data is read once.</description></item>
/// <item><term>Measured after each epoch</term><description>Spearman's correlation of similarities and scores.</description></item>
/// <item><term>Required NuGet in addition</term><description>TorchSharp-cpu, TorchSharp-cuda-windows or TorchSharp-cuda-linux, to
/// train. Not to use the model, unless its network is large.</description></item>
/// </list>
/// </remarks>
public sealed class ScoredPairsTrainer : PairTrainer
{
    internal ScoredPairsTrainer(IHostEnvironment environment, Options options)
        : base(environment, options, options.Check(), options.Columns(), new GradedPairs(options.ScoreColumnName, options.Loss.LargestTarget), options.Loss)
    {
    }

    /// <summary>The options of a <see cref="ScoredPairsTrainer"/>.</summary>
    public sealed class Options : PairTrainerOptions
    {
        /// <summary>The first column of rows. Default <c>Left</c>.</summary>
        public string LeftColumnName = "Left";

        /// <summary>The second column of rows. Default <c>Right</c>.</summary>
        public string RightColumnName = "Right";

        /// <summary>How similar the two are: Single. Default <c>Score</c>.</summary>
        public string ScoreColumnName = "Score";

        /// <summary>What is minimised. Default a <see cref="CoSentLoss"/> with its defaults, which learns the order of the scores.</summary>
        public PairLoss Loss = new CoSentLoss();

        internal TrainingSettings Check()
        {
            CheckPairs((LeftColumnName, nameof(LeftColumnName)), (RightColumnName, nameof(RightColumnName)), (ScoreColumnName, nameof(ScoreColumnName)));
            ArgumentNullException.ThrowIfNull(Loss);
            return ToSettings();
        }

        internal PairColumns Columns() => new(
            [("left", LeftColumnName), ("right", RightColumnName)], ("score", ScoreColumnName), PairTarget.Number, ExampleWeightColumnName, Items is not null);
    }
}
