using CsCheck;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Index;

/// <summary>Whatever is done to an index, in any order, it has the rows that a model has.</summary>
public sealed class IndexModelTests
{
    private const int Cases = 120;
    private const int MostSteps = 30;
    private const int MostRows = 70;
    private const int MostNeighbors = 25;

    private static readonly Gen<IndexStep> Step = Gen.Select(
        Gen.Frequency(
            (4, Gen.Const(IndexStepKind.Add)), (3, Gen.Const(IndexStepKind.Remove)), (2, Gen.Const(IndexStepKind.Search)), (2, Gen.Const(IndexStepKind.SearchByPayload)),
            (2, Gen.Const(IndexStepKind.SearchByIds)), (1, Gen.Const(IndexStepKind.Rebuild)), (1, Gen.Const(IndexStepKind.SaveAndOpen))),
        Gen.Int[0, 10_000],
        Gen.Int[1, MostNeighbors],
        (kind, seed, size) => new IndexStep(kind, seed, size));

    private static readonly Gen<(NeighborMetric Metric, bool IsExact, int Dimension, int Rows, IndexStep[] Steps)> Case = Gen.Select(
        Gen.Enum<NeighborMetric>(), Gen.Bool, Gen.Int[1, 20], Gen.Int[0, MostRows], Step.Array[1, MostSteps]);

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("model-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Any_steps_leave_the_rows_of_the_model()
    {
        for (var seed = 1UL; seed <= Cases; seed++)
            Case.Sample(Run, seed: new PCG(1, seed).ToString(), iter: 1, threads: 1);
    }

    private void Run((NeighborMetric Metric, bool IsExact, int Dimension, int Rows, IndexStep[] Steps) given)
    {
        var (metric, isExact, dimension, rows, steps) = given;
        using var model = new IndexModel(metric, isExact ? SearchMode.Exact : SearchMode.Approximate(), dimension, rows, Path.Combine(_folder, "index"));
        foreach (var step in steps)
            model.Do(step);
        model.Do(new(IndexStepKind.Search, Seed: 0, MostNeighbors));
    }
}
