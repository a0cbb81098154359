namespace QuickStart;

/// <summary>The shares of rows classified right: of the digits trained on, of the new ones, and of all.</summary>
internal sealed record Classification(string Name, double Known, double New, double All)
{
    public static Classification Of(string name, IReadOnlyList<Answer> answers)
    {
        return new(name, Share(label => label <= '6'), Share(label => label > '6'), Share(_ => true));

        double Share(Func<char, bool> among) =>
            answers.Where(answer => among(answer.Label[0])).Average(answer => answer.Label == answer.PredictedLabel ? 1.0 : 0.0);
    }
}
