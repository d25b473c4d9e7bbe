using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Banyan.Console.SignIn;

/// <summary>
/// A value in a cookie that nobody but a front door of this platform can read or make: AES-256-GCM under a key of its own, bound
/// to the cookie's name. For this host only (<c>__Host-</c>), not for scripts, not sent by other sites' forms, by TLS or on the
/// loopback only. Thread-safe.
/// </summary>
internal sealed class SealedCookie<T>(string name, byte[] key, JsonTypeInfo<T> type)
    where T : class
{
    /// <summary>The longest text of a cookie that browsers keep, with room for name and attributes.</summary>
    public const int Longest = 3_800;

    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>The cookie's name.</summary>
    public string Name => name;

    /// <summary>Seals a value; null where it is too long for a cookie.</summary>
    public string? Seal(T value)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(value, type);
        var sealedBytes = new byte[1 + NonceBytes + plain.Length + TagBytes];
        sealedBytes[0] = Version;
        var nonce = sealedBytes.AsSpan(1, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, plain, sealedBytes.AsSpan(1 + NonceBytes, plain.Length), sealedBytes.AsSpan(1 + NonceBytes + plain.Length), Bound);
        var text = Base64Url.EncodeToString(sealedBytes);
        return text.Length <= Longest ? text : null;
    }

    /// <summary>Opens what a browser sent; null where it is none of ours.</summary>
    public T? Open(string? text)
    {
        if (text is not { Length: > 0 and <= Longest } || !Base64Url.IsValid(text, out var length) || length <= 1 + NonceBytes + TagBytes)
            return null;
        var bytes = Base64Url.DecodeFromChars(text);
        if (bytes[0] != Version)
            return null;
        var plain = new byte[bytes.Length - 1 - NonceBytes - TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        try
        {
            aes.Decrypt(bytes.AsSpan(1, NonceBytes), bytes.AsSpan(1 + NonceBytes, plain.Length), bytes.AsSpan(1 + NonceBytes + plain.Length), plain, Bound);
            return JsonSerializer.Deserialize(plain, type);
        }
        catch (Exception forged) when (forged is CryptographicException or JsonException)
        {
            return null;
        }
    }

    /// <summary>What the request brings; null where that is nothing of ours.</summary>
    public T? Read(HttpContext context) => Open(context.Request.Cookies[name]);

    /// <summary>Gives it to the browser; false where it is too long.</summary>
    public bool Set(HttpContext context, T value, TimeSpan life)
    {
        if (Seal(value) is not { } text)
            return false;
        context.Response.Cookies.Append(name, text, Options(life));
        return true;
    }

    /// <summary>Takes it away.</summary>
    public void Clear(HttpContext context) => context.Response.Cookies.Delete(name, Options(null));

    private byte[] Bound => Encoding.UTF8.GetBytes(name);

    private static CookieOptions Options(TimeSpan? life) =>
        new() { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = life, IsEssential = true };
}
