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
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The file.</summary>
    public static string PathIn(DataFolder data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Path.Combine(data.Secrets, "administrator.invitation");
    }

    /// <summary>Makes it where there is none.</summary>
    /// <returns>What the identity service must know: <c>PARTITION/SHA-256 of the token</c>.</returns>
    /// <exception cref="PlatformException">The file can't be read or written.</exception>
    public static string Ensure(DataFolder data, string partition)
    {
        try
        {
            if (!File.Exists(PathIn(data)))
                Write(data);
            var token = File.ReadAllText(PathIn(data)).Trim();
            return $"{partition}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)))}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PlatformException($"the invitation of the first administrator can't be read or made: {error.Message.TrimEnd('.')}");
        }
    }

    private static void Write(DataFolder data)
    {
        Directory.CreateDirectory(data.Secrets);
        using var stream = new FileStream(PathIn(data), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerAlone });
        using var writer = new StreamWriter(stream);
        writer.WriteLine(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes)));
    }
}
