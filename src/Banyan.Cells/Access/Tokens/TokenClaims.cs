using System.Collections.Immutable;
using System.Text.Json;

namespace Banyan.Cells.Access.Tokens;

/// <summary>The claims of an access token (RFC 9068 section 2.2) with those of the platform, read strictly: none twice, each of its type. One use.</summary>
internal sealed class TokenClaims
{
    private const int MostClaims = 64;

    public string? Issuer { get; private set; }

    public ImmutableArray<string> Audience { get; private set; } = [];

    public string? Subject { get; private set; }

    public long? Expires { get; private set; }

    public long? NotBefore { get; private set; }

    public long? IssuedAt { get; private set; }

    public string? TokenId { get; private set; }

    public string? Session { get; private set; }

    public string? Client { get; private set; }

    public string? Home { get; private set; }

    public string? Kind { get; private set; }

    public string? Assurance { get; private set; }

    public int Verification { get; private set; }

    public ImmutableArray<string> Roles { get; private set; } = [];

    public ImmutableArray<string> Scopes { get; private set; } = [];

    /// <summary>Reads them; false where they are not a strict JSON object, or one of those above is of a wrong type or too long.</summary>
    public bool TryRead(ReadOnlySpan<byte> json)
    {
        try
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                if (!names.Add(name) || names.Count > MostClaims || !reader.Read() || !TryRead(name, ref reader))
                    return false;
            }

            return reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private bool TryRead(string name, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case "iss":
                return TryText(ref reader, 512, v => Issuer = v);
            case "sub":
                return TryText(ref reader, TokenRules.LongestName, v => Subject = v);
            case "jti":
                return TryText(ref reader, TokenRules.LongestName, v => TokenId = v);
            case "sid":
                return TryText(ref reader, TokenRules.LongestName, v => Session = v);
            case "client_id":
                return TryText(ref reader, TokenRules.LongestName, v => Client = v);
            case "home":
                return TryText(ref reader, TokenRules.LongestName, v => Home = v);
            case "kind":
                return TryText(ref reader, TokenRules.LongestName, v => Kind = v);
            case "acr":
                return TryText(ref reader, TokenRules.LongestName, v => Assurance = v);
            case "aud":
                return TryTexts(ref reader, 512, v => Audience = v);
            case "roles":
                return reader.TokenType == JsonTokenType.StartArray && TryTexts(ref reader, TokenRules.LongestName, v => Roles = v);
            case "scope":
                if (reader.TokenType != JsonTokenType.String)
                    return false;
                Scopes = [.. reader.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
                return Scopes.Length <= TokenRules.MostRoles;
            case "exp":
                return TryTime(ref reader, v => Expires = v);
            case "nbf":
                return TryTime(ref reader, v => NotBefore = v);
            case "iat":
                return TryTime(ref reader, v => IssuedAt = v);
            case "verification":
                if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var level) || level is < 0 or > 3)
                    return false;
                Verification = level;
                return true;
            default:
                reader.Skip();
                return true;
        }
    }

    private static bool TryText(ref Utf8JsonReader reader, int longest, Action<string> take)
    {
        if (reader.TokenType != JsonTokenType.String || reader.GetString() is not { Length: > 0 } text || text.Length > longest)
            return false;
        take(text);
        return true;
    }

    private static bool TryTexts(ref Utf8JsonReader reader, int longest, Action<ImmutableArray<string>> take)
    {
        if (reader.TokenType == JsonTokenType.String)
            return TryText(ref reader, longest, v => take([v]));
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        var all = ImmutableArray.CreateBuilder<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (all.Count == TokenRules.MostRoles || !TryText(ref reader, longest, all.Add))
                return false;
        }

        take(all.ToImmutable());
        return true;
    }

    /// <summary>NumericDate (RFC 7519 section 2). Fractions are cut off; years before 1970 and after 9999 are none.</summary>
    private static bool TryTime(ref Utf8JsonReader reader, Action<long> take)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out var seconds) || !(seconds is >= 0 and <= 253_402_300_799))
            return false;
        take((long)seconds);
        return true;
    }
}
