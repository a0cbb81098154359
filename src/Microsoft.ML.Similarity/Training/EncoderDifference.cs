using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Persistence;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Says in what two declarations of encoders differ.</summary>
internal static class EncoderDifference
{
    /// <summary>For a sentence: what the trainer has, and what the previous model has.</summary>
    public static string Between(Encoder encoder, Encoder previous)
    {
        if (encoder.GetType() != previous.GetType())
            return $"it is a {encoder.GetType().Name}, the model's a {previous.GetType().Name}";
        var (own, before) = (Members(encoder), Members(previous));
        var different = own.Where(member => !JsonNode.DeepEquals(member.Value, before[member.Key]))
            .Select(member => $"its {char.ToUpperInvariant(member.Key[0])}{member.Key[1..]} is {Text(member.Value)}, the model's {Text(before[member.Key])}");
        return string.Join("; ", different);
    }

    private static JsonObject Members(Encoder encoder) => JsonSerializer.SerializeToNode(encoder, DeclarationJson.Options)!.AsObject();

    private static string Text(JsonNode? value) => value?.ToJsonString() ?? "null";
}
