using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Tests.Contract;
using Microsoft.ML.Similarity.Tests.Training;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Embedding;

public sealed class PredictionEngineTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly LabelledRow[] Rows = TrainingData.Blobs(rowsPerClass: 50);
    private static readonly IDataView Data = TrainingData.View(Ml, Rows);
    private static readonly ITransformer Model = EstimatorContract.SaveAndLoad(Ml, Fast.Fit(Ml, Data), Data.Schema, out _);
    private static readonly float[][] Expected = Fast.Embeddings(Model, Data);

    // What a pool of engines does: many engines over one loaded model, used and disposed by several threads.
    [Test]
    public void Engines_of_several_threads_over_one_model_agree([Values] bool ownsTransformer)
    {
        var wrong = 0;
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            for (var round = 0; round < 3; round++)
            {
                // An engine that owns the transformer disposes it while the others use it.
                using var engine = Engine(ownsTransformer);
                for (var i = 0; i < Rows.Length; i++)
                {
                    var row = (i * (thread + 1) + round) % Rows.Length;
                    if (!engine.Predict(Rows[row]).Embedding.AsSpan().SequenceEqual(Expected[row]))
                        Interlocked.Increment(ref wrong);
                }
            }
        });
        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void Disposing_an_engine_leaves_the_others_working()
    {
        using var one = Engine(ownsTransformer: true);
        Engine(ownsTransformer: true).Dispose();
        Assert.That(one.Predict(Rows[3]).Embedding, Is.EqualTo(Expected[3]));
        using var late = Engine(ownsTransformer: true);
        Assert.That(late.Predict(Rows[4]).Embedding, Is.EqualTo(Expected[4]));
    }

    [Test]
    public void Predictions_leave_memory_flat()
    {
        const int predictions = 100_000;
        using var engine = Engine(ownsTransformer: false);
        var output = new Embedded();
        for (var i = 0; i < 1000; i++)
            engine.Predict(Rows[i % Rows.Length], ref output);
        var native = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var managed = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < predictions; i++)
            engine.Predict(Rows[i % Rows.Length], ref output);
        Assert.That((GC.GetAllocatedBytesForCurrentThread() - managed) / (double)predictions, Is.LessThan(64), "bytes for each prediction");
        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(native));
    }

    private static PredictionEngine<LabelledRow, Embedded> Engine(bool ownsTransformer) =>
        Ml.Model.CreatePredictionEngine<LabelledRow, Embedded>(Model, new PredictionEngineOptions
        {
            InputSchemaDefinition = Definition(),
            OwnsTransformer = ownsTransformer,
        });

    private static SchemaDefinition Definition()
    {
        var definition = SchemaDefinition.Create(typeof(LabelledRow));
        definition[nameof(LabelledRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 6);
        return definition;
    }

    private sealed class Embedded
    {
        public float[] Embedding { get; set; } = [];
    }
}
