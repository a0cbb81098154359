namespace Microsoft.ML.Similarity.Tests.Architecture;

public sealed class LayeringTests
{
    private static readonly string[] WithoutTorch = ["Neighbors", "Evaluation", "Rows", "Persistence"];

    [Test]
    public void Search_evaluation_rows_and_persistence_work_without_TorchSharp()
    {
        var offenders = typeof(SimilarityCatalog).Assembly.GetTypes()
            .Where(t => WithoutTorch.Any(n => IsIn(t, "Microsoft.ML.Similarity." + n)))
            .SelectMany(t => References.Of(t).Where(IsTorch).Select(r => $"{t} names {r.DeclaringType ?? r}"));
        Assert.That(offenders.Distinct(), Is.Empty);
    }

    [Test]
    public void The_check_would_see_TorchSharp_in_code_and_in_signatures()
    {
        Assert.That(References.Of(typeof(CallsTorch)).Any(IsTorch));
        Assert.That(References.Of(typeof(HoldsTensor)).Any(IsTorch));
    }

    private static bool IsIn(Type type, string space) => type.Namespace == space || type.Namespace?.StartsWith(space + ".", StringComparison.Ordinal) == true;

    private static bool IsTorch(System.Reflection.MemberInfo member) => member.Module.Assembly.GetName().Name == "TorchSharp";

    private static class CallsTorch
    {
        public static bool HasGpu() => TorchSharp.torch.cuda.is_available();
    }

    private sealed class HoldsTensor
    {
        public List<TorchSharp.torch.Tensor[]> Tensors { get; } = [];
    }
}
