using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Banyan.Engines.Postgres;

namespace Banyan.Engines.Signing;

/// <summary>A signing key in a file that only its owner may read: one line, <c>ed25519-seed:</c> and the seed in base64. Thread-safe; several processes may ensure the same file.</summary>
public static class SigningKeyFile
{
    private const string Mark = "ed25519-seed:";
    private const int LongestFile = 1024;
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads the key; makes one, mode 0600, where there is none. Of several at once one makes it and all read it.</summary>
    /// <exception cref="SigningKeyException">It can't be read or made, is damaged, or others than its owner have rights to it.</exception>
    /// <exception cref="PlatformNotSupportedException">libsodium is not on this machine.</exception>
    public static SigningKey Ensure(string path) => Doing(path, () =>
    {
        if (!File.Exists(path))
            Make(path);
        return Read(path);
    });

    /// <summary>Reads the key.</summary>
    /// <exception cref="SigningKeyException">It is not there, damaged, or others than its owner have rights to it.</exception>
    /// <exception cref="PlatformNotSupportedException">libsodium is not on this machine.</exception>
    public static SigningKey Open(string path) => Doing(path, () => Read(path));

    private static void Make(string path)
    {
        using var key = SigningKey.Generate();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var draft = $"{path}.{Guid.NewGuid():n}";
        using (var stream = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerAlone }))
        {
            using var writer = new StreamWriter(stream);
            writer.Write(Mark + Convert.ToBase64String(key.Seed) + "\n");
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        var placed = LinuxCalls.link(draft, path) == 0; // Never over the key that another made meanwhile.
        var error = Marshal.GetLastPInvokeError();
        File.Delete(draft);
        if (!placed && !File.Exists(path))
            throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    private static SigningKey Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        // Of the file that is open, not of what the name leads to a moment later.
        if ((File.GetUnixFileMode(file.SafeFileHandle) & ~OwnerAlone) != UnixFileMode.None)
            throw new SigningKeyException($"Others than its owner have rights to the signing key {path}: chmod 600 it, and replace the key if somebody may have read it.");
        var text = file.Length <= LongestFile ? new StreamReader(file).ReadToEnd().Trim() : "";
        Span<byte> seed = stackalloc byte[Ed25519.SeedLength];
        if (!text.StartsWith(Mark, StringComparison.Ordinal) || !Convert.TryFromBase64String(text[Mark.Length..], seed, out var length) || length != seed.Length)
            throw new SigningKeyException($"The signing key {path} is damaged: it is one line, {Mark} and 32 bytes in base64. Put its backup back, or follow docs/log-keys.md.");
        var key = SigningKey.FromSeed(seed);
        CryptographicOperations.ZeroMemory(seed);
        return key;
    }

    private static SigningKey Doing(string path, Func<SigningKey> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SigningKeyException($"The signing key {path} can't be read or made ({error.Message.TrimEnd('.')}): run as the owner of its folder.", error);
        }
    }
}

/// <summary>A signing key is not to be had; trying again does not help before somebody mended its file.</summary>
public sealed class SigningKeyException : Exception
{
    public SigningKeyException(string message)
        : base(message)
    {
    }

    public SigningKeyException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
