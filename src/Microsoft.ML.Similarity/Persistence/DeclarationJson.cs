using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Similarity.Persistence;

/// <summary>How declarations (encoders, losses, options of saved models) are written as JSON.</summary>
internal static class DeclarationJson
{
    // Unknown members are refused: silently dropping a part of a newer model would change its results.
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };
}
