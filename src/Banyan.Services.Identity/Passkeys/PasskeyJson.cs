using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banyan.Services.Identity.Passkeys;

/// <summary>Any request of passkeys; each endpoint reads what it asks for.</summary>
internal sealed record PasskeyRequest(string? Password, string? Ceremony, JsonElement? Credential, string? Name, string? Challenge)
{
    /// <summary>The answer of the authenticator, as it came.</summary>
    [JsonIgnore]
    public string Answer => Credential?.GetRawText() ?? "";
}

/// <summary>What to ask of the authenticator. <paramref name="Options"/> is for <c>PublicKeyCredential.parse…OptionsFromJSON</c>.</summary>
internal sealed record PasskeyOptions(string Ceremony, JsonElement Options)
{
    public static PasskeyOptions Of(PasskeyAsked asked)
    {
        using var options = JsonDocument.Parse(asked.Options);
        return new PasskeyOptions(asked.Ceremony, options.RootElement.Clone());
    }
}

internal sealed record PasskeyPage(IReadOnlyList<PasskeyView> Passkeys);

/// <summary>JSON of passkeys.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PasskeyRequest))]
[JsonSerializable(typeof(PasskeyOptions))]
[JsonSerializable(typeof(PasskeyPage))]
internal sealed partial class PasskeyJson : JsonSerializerContext;
