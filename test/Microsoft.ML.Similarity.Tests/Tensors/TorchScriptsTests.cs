using Microsoft.ML.Similarity.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Tensors;

public sealed class TorchScriptsTests
{
    // The sum of the squares of the largest overflows, the values do not.
    [TestCase(0f, true)]
    [TestCase(float.MaxValue, true)]
    [TestCase(-float.MaxValue, true)]
    [TestCase(float.PositiveInfinity, false)]
    [TestCase(float.NegativeInfinity, false)]
    [TestCase(float.NaN, false)]
    public void One_value_of_many_tensors_decides_whether_all_are_finite(float value, bool areFinite)
    {
        using var scope = NewDisposeScope();
        Tensor[] values = [ones(3, 4), tensor(new[] { float.MaxValue, value, -1 }), ones(2, dtype: ScalarType.Float64), ones(2, dtype: ScalarType.BFloat16)];
        Assert.That(TorchScripts.AreFinite(values).item<bool>(), Is.EqualTo(areFinite));
    }
}
