using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Banyan.Control.Platform;

namespace Banyan.Control.Credentials;

/// <summary>
/// How a platform gets its first administrator: a token in <c>secrets/administrator.invitation</c> of the data folder, mode
/// 0600, which the identity service takes once. Cells know its hash only.
/// </summary>
public static class AdministratorInvitation
{
    private const int TokenBytes = 32;

    /// <summary>The file.</summary>
    public static string PathIn(DataFolder data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Path.Combine(data.Secrets, "administrator.invitation");
    }

    /// <summary>Makes it where there is none.</summary>
    /// <returns>What the identity service must know: <c>PARTITION/SHA-256 of the token</c>.</returns>
    /// <exception cref="PlatformException">The file can't be read or made, or others than its owner have rights to it.</exception>
    public static string Ensure(DataFolder data, string partition)
    {
        var token = SecretFile.Ensure(PathIn(data), static () => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes)));
        return $"{partition}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)))}";
    }
}
