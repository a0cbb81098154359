using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Tests.Rows;

public sealed class DistinctValuesTests
{
    [Test]
    public void Copies_share_what_was_there_and_grow_by_themselves()
    {
        var random = new Random(1);
        var all = new List<(DistinctValues<string> Values, string[] Expected)>();
        var values = new DistinctValues<string>(StringComparer.Ordinal);
        var expected = new List<string>();
        for (var step = 0; step < 200; step++)
        {
            for (var added = random.Next(step == 0 ? 500 : 8); added > 0; added--)
            {
                var value = $"{random.Next(3000)}";
                if (values.Find(value) < 0)
                {
                    Assert.That(values.Add(value), Is.EqualTo(expected.Count));
                    expected.Add(value);
                }
            }
            all.Add((values, [.. expected]));
            if (random.Next(20) == 0)
            {
                // Another branch, beside the first.
                var branch = values.Copy();
                branch.Add($"branch {step}");
                all.Add((branch, [.. expected, $"branch {step}"]));
            }
            values = values.Copy();
        }
        foreach (var (made, list) in all)
        {
            Assert.That(made, Is.EqualTo(list));
            Assert.That(made.LayerCount, Is.LessThan(12));
            Assert.That(list.Select(made.Find), Is.EqualTo(Enumerable.Range(0, list.Length)));
            Assert.That(list.Select(value => made.Find(value.AsSpan())), Is.EqualTo(Enumerable.Range(0, list.Length)));
            Assert.That(Enumerable.Range(0, list.Length).Select(i => made[i]), Is.EqualTo(list));
            Assert.That((made.Find("no"), made.Find("no".AsSpan())), Is.EqualTo((-1, -1)));
        }
    }
}
