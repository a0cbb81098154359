namespace QuickStart;

/// <summary>What a digit is and what the classifier took it for.</summary>
internal sealed class Answer
{
    public string Label { get; set; } = "";

    public string PredictedLabel { get; set; } = "";
}
