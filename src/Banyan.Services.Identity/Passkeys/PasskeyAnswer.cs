using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Banyan.Services.Identity.Passkeys;

/// <summary>What an authenticator says of itself at a login, before anything of it is believed: by it the passkey is looked for. Immutable.</summary>
/// <param name="Credential">The credential's id.</param>
/// <param name="Handle">The user handle; null where it said none.</param>
/// <param name="IsBackupEligible">A flag of its data.</param>
internal sealed record PasskeyAnswer(byte[] Credential, string? Handle, bool IsBackupEligible)
{
    /// <summary>The field of forms, and the member of JSON, that it comes in.</summary>
    public const string Field = "credential";

    private const int LongestCredential = 1023; // WebAuthn, section 7.1, step 25
    private const int FlagsAt = 32;
    private const int BackupEligible = 0x08;

    /// <summary>Reads <c>AuthenticationResponseJSON</c> (WebAuthn, section 5.1); null where it is none.</summary>
    public static PasskeyAnswer? Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (Text(document.RootElement, "id") is not { } id || Bytes(id) is not { Length: > 0 and <= LongestCredential } credential || !Has(document.RootElement, "response", out var response))
                return null;
            var flags = Text(response, "authenticatorData") is { } data && Bytes(data) is { Length: > FlagsAt } bytes ? bytes[FlagsAt] : 0;
            return new PasskeyAnswer(credential, Text(response, "userHandle") is { } handle && Bytes(handle) is { } utf8 ? Encoding.UTF8.GetString(utf8) : null, (flags & BackupEligible) != 0);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool Has(JsonElement element, string name, out JsonElement value)
    {
        value = default;
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out value);
    }

    private static string? Text(JsonElement element, string name) => Has(element, name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[]? Bytes(string text) => Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;
}
