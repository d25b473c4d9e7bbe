using System.Text.Json;

namespace Banyan.Cells.Access.Tokens;

/// <summary>The JOSE header of a token, read strictly: no member twice, none that is not understood.</summary>
/// <param name="Algorithm"><c>alg</c>; null where there is none.</param>
/// <param name="Type"><c>typ</c>; null where there is none.</param>
/// <param name="KeyId"><c>kid</c>; null where there is none.</param>
internal readonly record struct TokenHeader(string? Algorithm, string? Type, string? KeyId)
{
    private const int MostMembers = 16;

    /// <param name="json">The header's bytes.</param>
    /// <param name="header">What it says.</param>
    public static TokenFault Read(ReadOnlySpan<byte> json, out TokenHeader header)
    {
        header = default;
        string? algorithm = null, type = null, key = null;
        try
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return TokenFault.Malformed;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                if (!names.Add(name) || names.Count > MostMembers)
                    return TokenFault.Malformed;
                reader.Read();
                switch (name)
                {
                    case "alg" or "typ" or "kid" when reader.TokenType != JsonTokenType.String:
                        return TokenFault.Malformed;
                    case "alg":
                        algorithm = reader.GetString();
                        break;
                    case "typ":
                        type = reader.GetString();
                        break;
                    case "kid":
                        key = reader.GetString();
                        break;
                    default:
                        return TokenFault.Header;
                }
            }

            if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
                return TokenFault.Malformed;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // a string with half a surrogate pair
        {
            return TokenFault.Malformed;
        }

        header = new TokenHeader(algorithm, type, key);
        return TokenFault.None;
    }

    /// <summary>RFC 9068 section 2.1; media types have no case.</summary>
    public bool IsAccessToken => string.Equals(Type, "at+jwt", StringComparison.OrdinalIgnoreCase) || string.Equals(Type, "application/at+jwt", StringComparison.OrdinalIgnoreCase);
}
