using System.Text.Json;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Persistence;

namespace Microsoft.ML.Similarity.Tests.Neighbors.Graph;

public sealed class SearchModeTests
{
    private static readonly SearchMode[] Modes =
    [
        SearchMode.Exact,
        SearchMode.Automatic(0.9),
        SearchMode.Approximate(0.95, GraphCodes.Vectors),
        new ApproximateMode { Degree = 24, BuildWidth = 100 },
    ];

    [TestCaseSource(nameof(Modes))]
    public void Declarations_survive_json(SearchMode mode)
    {
        var json = JsonSerializer.Serialize(mode, DeclarationJson.Options);
        Assert.That(JsonSerializer.Deserialize<SearchMode>(json, DeclarationJson.Options), Is.EqualTo(mode));
    }

    [Test]
    public void Ranges_are_checked()
    {
        Assert.Multiple(() =>
        {
            Fails(() => SearchMode.Approximate(1), "TargetRecall is 1; it must be above 0 and below 1.");
            Fails(() => SearchMode.Automatic(double.NaN), "TargetRecall is NaN; it must be above 0 and below 1.");
            Fails(() => SearchMode.Approximate(codes: (GraphCodes)9), "Codes is 9; it must be one of PrincipalBytes, Bytes, Vectors.");
            Fails(() => new ApproximateMode { Degree = 3 }, "Degree is 3; it must be from 4 to 128.");
            Fails(() => new ApproximateMode { BuildWidth = 10_001 }, "BuildWidth is 10001; it must be from 8 to 10000.");
        });

        static void Fails(Func<SearchMode> create, string message) =>
            Assert.That(() => create(), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(message));
    }
}
