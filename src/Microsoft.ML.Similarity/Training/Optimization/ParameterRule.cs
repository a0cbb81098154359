using Microsoft.ML.Similarity.Tensors;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>How some of the weights are trained otherwise than the rest: slower, later or not at all.</summary>
/// <remarks>
/// Of several rules that fit a weight, that with the longest prefix counts. Frozen weights cost no gradient; the running statistics of
/// batch normalisation are no weights and follow the data all the same.
/// </remarks>
public sealed record ParameterRule
{
    /// <summary>
    /// How the names of the weights begin, as they are saved: <c>linear0.</c> is the first layer of an MLP, <c>loss.</c> precedes the weights of
    /// the loss, and an empty prefix means all. It must be that of some weight.
    /// </summary>
    public required string Prefix
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Prefix));
    }

    /// <summary>What the learning rate is multiplied with, at least 0 and at most 1000000; 0 freezes the weights for good. Default 1.</summary>
    public double LearningRateFactor
    {
        get;
        init => field = Ranges.Between(value, 0, 1e6, nameof(LearningRateFactor));
    } = 1;

    /// <summary>The number of first epochs in which the weights stay as they are, at least 0. Default 0.</summary>
    public int FrozenEpochs
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(FrozenEpochs), value, "FrozenEpochs must be at least 0.");
    }

    /// <summary>The parameters with what the rules say about each.</summary>
    /// <exception cref="ArgumentException">A rule fits no parameter, two rules have the same prefix, or nothing is left to train in the first epoch.</exception>
    internal static NamedParameter[] Apply(IReadOnlyList<ParameterRule> rules, NamedParameter[] parameters)
    {
        const string option = "ParameterRules";
        foreach (var rule in rules)
        {
            if (!parameters.Any(parameter => rule.Fits(parameter.Name)))
                throw new ArgumentException($"ParameterRules has the prefix '{rule.Prefix}', with which no weight's name begins. The weights are: {string.Join(", ", parameters.Select(p => p.Name))}.", option);
        }
        if (rules.GroupBy(rule => rule.Prefix).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ArgumentException($"ParameterRules has the prefix '{twice.Key}' more than once.", option);
        NamedParameter[] ruled = [.. parameters.Select(parameter => rules.Where(rule => rule.Fits(parameter.Name)).MaxBy(rule => rule.Prefix.Length) is { } rule
            ? parameter with { LearningRateFactor = parameter.LearningRateFactor * rule.LearningRateFactor, FrozenEpochs = rule.FrozenEpochs }
            : parameter)];
        return ruled.Any(parameter => parameter is { LearningRateFactor: > 0, FrozenEpochs: 0 })
            ? ruled
            : throw new ArgumentException("ParameterRules freezes every weight in the first epoch: nothing is left to train.", option);
    }

    private bool Fits(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);
}
