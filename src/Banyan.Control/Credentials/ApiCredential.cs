using System.Buffers.Text;
using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Banyan.Cells.Access;
using Banyan.Cells.Access.ApiKeys;

namespace Banyan.Control.Credentials;

/// <summary>An API key that one of the platform's own tools shows at a front door. Immutable; its text is never printed.</summary>
public sealed class ApiCredential
{
    private const int SecretBytes = 32;
    private readonly string _text;
    private readonly string _secret;

    private ApiCredential(string text, string id, string secret) => (_text, Id, _secret) = (text, id, secret);

    /// <summary>Its public part.</summary>
    public string Id { get; }

    /// <summary>A new one, with 256 random bits.</summary>
    /// <param name="id">Its public part.</param>
    public static ApiCredential Create(string id)
    {
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        return new ApiCredential(ApiKeyText.Write(id, secret), id, secret);
    }

    /// <summary>One that was written down; null where the text is none.</summary>
    public static ApiCredential? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ApiKeyText.TryRead(text.AsSpan().Trim(), out var id, out var secret) ? new ApiCredential(text.Trim(), id.ToString(), secret.ToString()) : null;
    }

    /// <summary>Another one that whoever has this one can make, and nobody else: its holder as one of <paramref name="region"/>.</summary>
    public ApiCredential In(string region)
    {
        var secret = Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(_secret), Encoding.UTF8.GetBytes($"banyan/in/{region}")));
        var id = $"{Id}-{region}";
        return new ApiCredential(ApiKeyText.Write(id, secret), id, secret);
    }

    /// <summary>What cells must know to take it.</summary>
    /// <param name="home">The region that it is of.</param>
    /// <param name="roles">What it may do.</param>
    /// <param name="expires">When it ends; null: not by itself.</param>
    public ApiKeyEntry ToEntry(string home, ImmutableArray<string> roles, DateTimeOffset? expires) => new()
    {
        Id = Id,
        SecretHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_secret))),
        Subject = $"{home}.{Id}",
        Home = home,
        Roles = roles,
        Expires = expires,
    };

    /// <summary>Shows it.</summary>
    public void AddTo(HttpRequestHeaders headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        headers.Authorization = new AuthenticationHeaderValue("Bearer", _text);
    }

    /// <summary>HMAC-SHA-256 of what only its holder could have signed, for one purpose.</summary>
    internal void Sign(string purpose, ReadOnlySpan<byte> what, Span<byte> signature)
    {
        var key = HMACSHA256.HashData(Encoding.UTF8.GetBytes(_secret), Encoding.UTF8.GetBytes($"banyan/sign/{purpose}"));
        HMACSHA256.HashData(key, what, signature);
    }

    /// <summary>Says whether it is the same key, and nothing else of it.</summary>
    public string Fingerprint => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(_text)).AsSpan(0, 16));

    /// <summary>As it is written into a file that its owner alone may read.</summary>
    internal string Reveal() => _text;

    /// <summary>Says which it is, and nothing of its secret.</summary>
    public override string ToString() => $"API key {Id}";
}
