using System.Buffers.Text;
using System.Text.Json;

namespace Banyan.Console.SignIn;

/// <summary>
/// What the console needs of an ID token. It comes from the token endpoint itself, together with an access token that is
/// verified, so its signature is not looked at (OpenID Connect Core 1.0, section 3.1.3.7, number 6). Pure.
/// </summary>
internal static class IdToken
{
    private const int Longest = 8_192;

    /// <summary>The <c>nonce</c>; null where there is none, or the token is another client's or another person's.</summary>
    public static string? NonceOf(string? token, string client, string subject)
    {
        if (token is not { Length: <= Longest } || token.Split('.') is not [_, var payload, _] || !Base64Url.IsValid(payload))
            return null;
        try
        {
            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            return Is(json.RootElement, "aud", client) && Is(json.RootElement, "sub", subject) && json.RootElement.TryGetProperty("nonce", out var nonce) && nonce.ValueKind == JsonValueKind.String ? nonce.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool Is(JsonElement claims, string name, string value) =>
        claims.ValueKind == JsonValueKind.Object && claims.TryGetProperty(name, out var claim) && claim.ValueKind == JsonValueKind.String && claim.GetString() == value;
}
