using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Losses.Pairs;
using Microsoft.ML.Similarity.Training;
using Microsoft.ML.Similarity.Training.Pairs;

namespace Microsoft.ML.Similarity.Trainers;

/// <summary>Learns, from pairs that belong together, an embedding in which each left row finds its right row among all others (in-batch negatives).</summary>
/// <remarks>
/// <para>Made by <c>ml.Similarity.Trainers.RankedPairs</c>.</para>
/// <para><b>Input and output columns</b></para>
/// <list type="table">
/// <listheader><term>Column</term><description>Type</description></listheader>
/// <item><term>Left, Right</term><description>A vector of Single of known size, dense or sparse, of finite numbers, the same size for all; pictures, as docs/encoders.md says; or, with a table of items, an id: key, text, an integer type or Boolean.</description></item>
/// <item><term>Negatives</term><description>Optional, any number: rows that look like the right one and are not; as the above.</description></item>
/// <item><term>Embeddings (output)</term><description>For each of these columns, a vector of Single of the encoder's output dimension,
/// named after it with <c>Embedding</c> added, with the annotation IsNormalized where the encoder normalises.</description></item>
/// </list>
/// <para><b>Trainer characteristics</b></para>
/// <list type="table">
/// <listheader><term>Question</term><description>Answer</description></listheader>
/// <item><term>Task</term><description>Search and recommendation: which of many rows belongs to this one?</description></item>
/// <item><term>Is normalisation required?</term><description>No: by default the encoder standardises its inputs.</description></item>
/// <item><term>Is caching required?</term><description>No: the data is read once.</description></item>
/// <item><term>Measured after each epoch</term><description>Mean reciprocal rank: of each left row, the right row among those of all validation pairs.</description></item>
/// <item><term>Required NuGet in addition</term><description>TorchSharp-cpu, TorchSharp-cuda-windows or TorchSharp-cuda-linux, to
/// train. Not to use the model, unless its network is large.</description></item>
/// </list>
/// </remarks>
public sealed class RankedPairsTrainer : PairTrainer
{
    internal RankedPairsTrainer(IHostEnvironment environment, Options options)
        : base(environment, options, options.Check(), options.Columns(), new MatchingPairs(), options.Loss)
    {
    }

    /// <summary>The options of a <see cref="RankedPairsTrainer"/>.</summary>
    public sealed class Options : PairTrainerOptions
    {
        /// <summary>The rows that search. Default <c>Left</c>.</summary>
        public string LeftColumnName = "Left";

        /// <summary>The rows to be found. Default <c>Right</c>.</summary>
        public string RightColumnName = "Right";

        /// <summary>Columns of rows that must not be found, in addition to the right rows of other pairs. Default none.</summary>
        public IReadOnlyList<string> NegativeColumnNames = [];

        /// <summary>What is minimised. Default a <see cref="MultipleNegativesRankingLoss"/> with its defaults.</summary>
        public PairLoss Loss = new MultipleNegativesRankingLoss();

        internal TrainingSettings Check()
        {
            ArgumentNullException.ThrowIfNull(NegativeColumnNames);
            CheckPairs([
                (LeftColumnName, nameof(LeftColumnName)), (RightColumnName, nameof(RightColumnName)), .. NegativeColumnNames.Select(name => (name, nameof(NegativeColumnNames)))]);
            ArgumentNullException.ThrowIfNull(Loss);
            return ToSettings();
        }

        internal PairColumns Columns() => new(
            [("left", LeftColumnName), ("right", RightColumnName), .. NegativeColumnNames.Select(name => ("negative", name))], null, PairTarget.None, ExampleWeightColumnName, Items is not null);
    }
}
