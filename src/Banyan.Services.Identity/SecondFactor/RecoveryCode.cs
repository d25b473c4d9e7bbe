using System.Security.Cryptography;
using System.Text;

namespace Banyan.Services.Identity.SecondFactor;

/// <summary>Codes that stand in for a lost authenticator, each once: 75 random bits, written as <c>XXXXX-XXXXX-XXXXX</c>.</summary>
internal static class RecoveryCode
{
    /// <summary>How many a person gets.</summary>
    public const int Count = 10;

    private const int Letters = 15;

    public static string Create()
    {
        var text = Base32.Encode(RandomNumberGenerator.GetBytes(10))[..Letters];
        return $"{text[..5]}-{text[5..10]}-{text[10..]}";
    }

    /// <summary>What is stored of a code; null where the text can't be one. So many random bits need no slow hash.</summary>
    public static byte[]? Hash(string subject, string text)
    {
        var letters = string.Concat(text.ToUpperInvariant().Where(static c => c is not ('-' or ' ')));
        return letters.Length == Letters && letters.All(static c => c is >= 'A' and <= 'Z' or >= '2' and <= '7') ? SHA256.HashData(Encoding.UTF8.GetBytes($"{subject} {letters}")) : null;
    }
}
