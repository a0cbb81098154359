using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Evaluation;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>Trains on some classes and tells apart the others by their neighbours, beside the features as they come.</summary>
internal static class OpenSet
{
    /// <param name="ml">The context of the command.</param>
    /// <param name="data">Columns Label (text) and Features.</param>
    /// <param name="rows">Only so many rows of the unseen classes, the first ones; null for all.</param>
    /// <param name="command">Seed and device.</param>
    /// <param name="report">Where the figures go.</param>
    public static void Run(MLContext ml, IDataView data, int? rows, CommandLine command, Report report)
    {
        var classes = data.GetColumn<string>("Label").Distinct().Order(StringComparer.Ordinal).ToArray();
        if (classes.Length < 4)
            throw new UsageException($"The data has {classes.Length} classes; an open set needs at least 4: two to train on and two unseen.");
        var trainClasses = classes[..(classes.Length / 2)].ToHashSet();
        var train = Rows(row => trainClasses.Contains(row.Label.ToString()));
        var unseen = Rows(row => !trainClasses.Contains(row.Label.ToString()));
        if (rows is { } limit)
            unseen = ml.Data.TakeRows(unseen, limit);

        var standardize = ml.Transforms.NormalizeMeanVariance("Features", fixZero: false).Fit(train);
        report.Progress($"raw features of {classes.Length - trainClasses.Count} unseen classes");
        var raw = Evaluate(unseen, "Features");
        var standardized = Evaluate(standardize.Transform(unseen), "Features");
        report.Progress($"  as they are:  {raw}");
        report.Progress($"  standardised: {standardized}");

        report.Progress($"training on {trainClasses.Count} classes");
        var clock = Stopwatch.StartNew();
        var model = BenchmarkTrainers.Default(ml, command, report).Fit(ml.Data.Cache(standardize.Transform(train)));
        var trainSeconds = clock.Elapsed.TotalSeconds;
        var learned = Evaluate(model.Transform(standardize.Transform(unseen)), "Embedding");
        var seconds = clock.Elapsed.TotalSeconds;
        report.Progress($"  embedding:    {learned}");

        foreach (var (peer, peerMetrics) in new[] { ("raw features", raw), ("raw standardised features", standardized) })
        {
            var settings = new JsonObject
            {
                ["trainClasses"] = trainClasses.Count,
                ["unseenClasses"] = classes.Length - trainClasses.Count,
                ["unseenRows"] = learned.QueryCount,
                ["trainSeconds"] = Math.Round(trainSeconds, 3),
                ["seed"] = command.Seed,
                ["device"] = command.Device,
            };
            report.Result("P@1", learned.PrecisionAt1, seconds, settings, peer, peerMetrics.PrecisionAt1);
            report.Result("R-precision", learned.RPrecision, seconds, settings, peer, peerMetrics.RPrecision);
            report.Result("MAP@R", learned.MeanAveragePrecisionAtR, seconds, settings, peer, peerMetrics.MeanAveragePrecisionAtR);
        }

        IDataView Rows(Func<LabelOnly, bool> keep) => ml.Data.FilterByCustomPredicate<LabelOnly>(data, row => !keep(row));

        RetrievalMetrics Evaluate(IDataView view, string column) => ml.Similarity.EvaluateRetrieval(view, "Label", column);
    }

    private sealed class LabelOnly
    {
        public ReadOnlyMemory<char> Label { get; set; }
    }
}
