using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Sampling;
using Microsoft.ML.Similarity.Trainers;
using Microsoft.ML.Similarity.Training;

namespace Microsoft.ML.Similarity.Benchmarks.Steps;

/// <summary>Steps of a training on labelled rows.</summary>
/// <param name="Name">Its own name.</param>
/// <param name="Features">The values of a row.</param>
/// <param name="Classes">The classes of a batch, and of the data.</param>
/// <param name="RowsPerClass">The rows of each class in a batch.</param>
/// <param name="Declare">Makes what decides the work of a step: encoder, loss, miner, augmentation.</param>
internal sealed record TrainingLoad(string Name, int Features, int Classes, int RowsPerClass, Func<MetricLearningTrainer.Options> Declare) : WorkLoad(Name)
{
    public int BatchSize => Classes * RowsPerClass;

    /// <summary>The options of a trainer that does this work in each of its steps.</summary>
    public MetricLearningTrainer.Options CreateOptions(CommandLine command)
    {
        var options = Declare();
        options.BatchSize = BatchSize;
        options.Sampler = new ClassSampler { RowsPerClass = RowsPerClass };
        options.ValidationFraction = 0;
        options.Seed = command.Seed;
        options.Precision = command.Choice<TrainingPrecision>("--precision") ?? options.Precision;
        options.UseCudaGraphs = command.Has("--graphs");
        return options;
    }

    public override IStep CreateStep(CommandLine command) => new TrainingLoadStep(this, command);

    /// <summary>Random rows: so many batches, each of all classes.</summary>
    public IDataView View(MLContext ml, int batches, int seed)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Features);
        return ml.Data.LoadFromEnumerable(Rows(), schema);

        // One row object for all: a view copies what it is given.
        IEnumerable<Row> Rows()
        {
            var random = new Random(seed);
            var row = new Row { Features = new float[Features] };
            for (var i = 0; i < batches * BatchSize; i++)
            {
                foreach (ref var value in row.Features.AsSpan())
                    value = 2 * random.NextSingle() - 1;
                row.Label = i / RowsPerClass % Classes;
                yield return row;
            }
        }
    }

    private sealed class Row
    {
        public int Label { get; set; }

        public float[] Features { get; set; } = [];
    }
}
