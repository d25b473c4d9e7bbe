using System.Security.Cryptography;

namespace Banyan.Cells.Webhooks;

/// <summary>The key that deliveries are signed with, as Standard Webhooks writes it: <c>whsec_</c> and base64. Never logged.</summary>
public static class WebhookSecret
{
    /// <summary>The longest that is read, in characters.</summary>
    public const int MaxLength = 200;

    private const string Prefix = "whsec_";
    private const int MinBytes = 24;
    private const int MaxBytes = 64;

    /// <summary>A new one.</summary>
    public static byte[] Create() => RandomNumberGenerator.GetBytes(32);

    /// <summary>As it is written.</summary>
    public static string Format(byte[] secret) => Prefix + Convert.ToBase64String(secret);

    /// <summary>Reads a secret of 24 to 64 bytes.</summary>
    public static bool TryParse(string text, out byte[] secret)
    {
        secret = [];
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length > MaxLength)
            return false;
        var buffer = new byte[text.Length];
        if (!Convert.TryFromBase64String(text[Prefix.Length..], buffer, out var length) || length is < MinBytes or > MaxBytes)
            return false;
        secret = buffer[..length];
        return true;
    }
}
