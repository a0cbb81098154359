using Microsoft.ML.Similarity.Neighbors;

namespace Microsoft.ML.Similarity.Tests.Neighbors;

public sealed class UpperFractionTests
{
    [Test]
    public void As_many_values_as_the_fraction_allows_are_above_the_threshold([Values(1, 3, 7, 100)] int count)
    {
        for (var above = 0; above < count; above++)
        {
            float[] values = [.. Enumerable.Range(0, count).Select(i => (float)(count - i))];
            var threshold = UpperFraction.Threshold(values, (double)above / count);
            Assert.That(values.Count(v => v > threshold), Is.EqualTo(above));
            Assert.That(values, Does.Contain(threshold), "the least such threshold");
        }
    }

    [Test]
    public void Equal_values_stay_together() => Assert.That(UpperFraction.Threshold([2, 1, 2, 1, 2], 0.5), Is.EqualTo(2));

    [Test]
    public void A_fraction_between_two_counts_is_rounded_down() => Assert.That(UpperFraction.Threshold([1, 2, 3], 0.66), Is.EqualTo(2));

    [Test]
    public void All_values_are_above_negative_infinity() => Assert.That(UpperFraction.Threshold([1, 2], 1), Is.EqualTo(float.NegativeInfinity));
}
