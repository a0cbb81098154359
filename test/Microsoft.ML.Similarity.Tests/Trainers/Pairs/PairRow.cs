namespace Microsoft.ML.Similarity.Tests.Trainers.Pairs;

/// <summary>A pair, or triplet, with all that any trainer asks for.</summary>
internal sealed class PairRow
{
    public float[] Left { get; set; } = [];

    public float[] Right { get; set; } = [];

    public float[] Negative { get; set; } = [];

    public string LeftId { get; set; } = "";

    public string RightId { get; set; } = "";

    public string NegativeId { get; set; } = "";

    public bool Same { get; set; }

    public float Score { get; set; }

    public float Margin { get; set; }
}
