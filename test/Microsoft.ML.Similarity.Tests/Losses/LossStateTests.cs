using System.Numerics.Tensors;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Losses.Views;
using Microsoft.ML.Similarity.Tests.Contract;
using Microsoft.ML.Similarity.Tests.Trainers.Pairs;
using Microsoft.ML.Similarity.Tests.Training;
using Microsoft.ML.Similarity.Trainers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Losses;

public sealed class LossStateTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly LabelledRow[] Rows = TrainingData.Blobs();
    private static readonly IDataView Data = TrainingData.View(Ml, Rows);

    [Test]
    public void Class_vectors_are_trained_and_saved_with_their_labels()
    {
        var model = Fast.Fit(Ml, Data, o => (o.Loss, o.MaximumNumberOfEpochs, o.ValidationFraction) = (new ArcFaceLoss(), 20, 0));
        var state = model.Model.LossState!;
        Assert.That(state.Classes, Is.EqualTo(new[] { "class 0", "class 1", "class 2", "class 3" }));
        Assert.That(state.Names, Is.EqualTo(new[] { "weights" }));
        Assert.That(state.GetShape("weights"), Is.EqualTo(new long[] { 4, 4 }));

        // Trained: a row lies in the direction of its class's vector, mostly.
        var embeddings = Fast.Embeddings(model, Data);
        var vectors = state.GetValues("weights").Chunk(4).ToArray();
        var right = Rows.Where((row, i) => state.Classes[Nearest(embeddings[i])] == row.Label).Count();
        Assert.That(right, Is.GreaterThan(0.9 * Rows.Length));

        var loaded = (EmbeddingTransformer)EstimatorContract.SaveAndLoad(Ml, model, Data.Schema, out _);
        Assert.That(loaded.Model.LossState!.Classes, Is.EqualTo(state.Classes));
        Assert.That(loaded.Model.LossState.GetValues("weights"), Is.EqualTo(state.GetValues("weights")));

        int Nearest(float[] embedding)
        {
            var similarities = Array.ConvertAll(vectors, vector => TensorPrimitives.CosineSimilarity<float>(vector, embedding));
            return Array.IndexOf(similarities, similarities.Max());
        }
    }

    [Test]
    public void Class_vectors_move_with_every_epoch()
    {
        var one = Fast.Fit(Ml, Data, o => (o.Loss, o.MaximumNumberOfEpochs, o.ValidationFraction) = (new ProxyAnchorLoss(), 1, 0));
        var more = Fast.Fit(Ml, Data, o => (o.Loss, o.MaximumNumberOfEpochs, o.ValidationFraction) = (new ProxyAnchorLoss(), 5, 0));
        Assert.That(more.Model.LossState!.GetValues("weights"), Is.Not.EqualTo(one.Model.LossState!.GetValues("weights")));
    }

    [Test]
    public void A_loss_without_state_has_none() => Assert.That(Fast.Fit(Ml, Data).Model.LossState, Is.Null);

    [Test]
    public void A_queue_is_saved_and_resumes_where_it_stopped()
    {
        var pairs = ExamplePairs.View(Ml, ExamplePairs.Matching(Rows, 30));
        var loss = new InfoNceLoss { QueueSize = 24 };
        var model = Ml.Similarity.Trainers.RankedPairs(new RankedPairsTrainer.Options { Loss = loss, BatchSize = 10, Seed = 1, MaximumNumberOfEpochs = 2, ValidationFraction = 0 }).Fit(pairs);
        var loaded = (PairEmbeddingTransformer)EstimatorContract.SaveAndLoad(Ml, model, pairs.Schema, out _);
        var state = loaded.Model.LossState!;
        Assert.That(state.Names, Is.EquivalentTo(new[] { "queue", "pointer", "count" }));
        Assert.That(state.GetValues("count"), Is.EqualTo(new[] { 24f }));

        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        using var module = loss.CreateModule(new LossContext(64, 0, generator));
        state.Restore(module);
        Assert.That(module.state_dict()["queue"].data<float>().ToArray(), Is.EqualTo(state.GetValues("queue")));
        Assert.That(module.state_dict()["pointer"].item<long>(), Is.EqualTo((long)state.GetValues("pointer")[0]));
    }

    [Test]
    public void State_fits_its_own_loss_only()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        var state = Fast.Fit(Ml, Data, o => o.Loss = new ArcFaceLoss()).Model.LossState!;
        using var larger = new ArcFaceLoss().CreateModule(new LossContext(4, 5, generator));
        Assert.That(() => state.Restore(larger), Throws.ArgumentException.With.Message.EqualTo("'weights' is [4, 4] in the state and [5, 4] in the module. (Parameter 'module')"));
        using var other = new ContrastiveLoss().CreateModule();
        Assert.That(() => state.Restore(other), Throws.ArgumentException.With.Message.EqualTo("The module and the state are of different losses: only one of them has 'weights'. (Parameter 'module')"));
        Assert.That(() => state.GetValues("proxies"), Throws.ArgumentException.With.Message.EqualTo("There is no 'proxies', only weights. (Parameter 'name')"));
    }

    [Test]
    public void Labels_beyond_2_to_the_24_stay_apart_in_training()
    {
        const long first = (1L << 53) + 1;
        var rows = Rows.Select(row => new LongLabel { Label = first + (row.Label[^1] - '0'), Features = row.Features }).ToArray();
        var schema = Microsoft.ML.Data.SchemaDefinition.Create(typeof(LongLabel));
        schema["Features"].ColumnType = new Microsoft.ML.Data.VectorDataViewType(Microsoft.ML.Data.NumberDataViewType.Single, 6);
        var model = Fast.Fit(Ml, Ml.Data.LoadFromEnumerable(rows, schema), o => o.Loss = new ArcFaceLoss());
        Assert.That(model.Model.LossState!.Classes, Is.EqualTo(Enumerable.Range(0, 4).Select(i => $"{first + i}")));
        Assert.That(Fast.WeightBits(model), Is.EqualTo(Fast.WeightBits(Fast.Fit(Ml, Data, o => o.Loss = new ArcFaceLoss()))));
    }

    private sealed class LongLabel
    {
        public long Label { get; set; }

        public float[] Features { get; set; } = [];
    }
}
