using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Embedding;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Tests.Training;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tests.Embedding;

/// <summary>Networks large enough to be evaluated by libtorch.</summary>
public sealed class LargeNetworkTests
{
    private const int Dimension = 2048;
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly LabelledRow[] Rows = TrainingData.Blobs(classes: 2, rowsPerClass: 6, dimension: Dimension);
    private static readonly IDataView Data = TrainingData.View(Ml, Rows);
    private static readonly EmbeddingTransformer Model = Fast.Fit(Ml, Data, o =>
    {
        o.Encoder = new MlpEncoder { HiddenWidths = [2048], OutputDimension = 64 };
        o.MaximumNumberOfEpochs = 1;
    });

    [Test]
    public void Libtorch_and_managed_code_agree()
    {
        Assert.That(TorchEvaluator.CreateIfWorthwhile(new MLContext().Similarity.Environment, Model.Model), Is.Not.Null);
        var rows = Array.ConvertAll(Rows, row => TrainingData.Row(row.Label, [.. row.Features]));
        rows[5].Features[7] = float.NaN;
        var actual = Fast.Embeddings(Model, TrainingData.View(Ml, rows));
        var expected = new float[64];
        for (var i = 0; i < rows.Length; i++)
        {
            Model.Model.Network!.Evaluate(new VBuffer<float>(Dimension, rows[i].Features), expected);
            Assert.That(actual[i], Is.EqualTo(expected).Within(1e-5), $"row {i}");
        }
        Assert.That(actual[5], Is.All.NaN);
    }

    [Test]
    public void Disposing_frees_native_memory_which_is_taken_again_when_needed()
    {
        Model.Dispose();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var expected = Fast.Embeddings(Model, Data);
        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.GreaterThan(before));
        for (var i = 0; i < 2; i++)
        {
            Model.Dispose();
            Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(before));
            Assert.That(Fast.Embeddings(Model, Data), Is.EqualTo(expected));
        }
    }

    [Test]
    public void Disposing_while_other_threads_use_it_is_safe()
    {
        var expected = Fast.Embeddings(Model, Data);
        var agree = new bool[4];
        Parallel.For(0, agree.Length, new ParallelOptions { MaxDegreeOfParallelism = agree.Length }, thread =>
        {
            agree[thread] = true;
            for (var i = 0; i < 5; i++)
            {
                var actual = Fast.Embeddings(Model, Data);
                agree[thread] &= actual.Zip(expected).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
                Model.Dispose();
            }
        });
        Assert.That(agree, Is.All.True);
    }
}
