using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Banyan.Engines.Postgres;

/// <summary>The passwords of a platform's roles: random, made once per data folder. Immutable.</summary>
public sealed record PostgresPasswords(string Keeper, string Cell, string Replication)
{
    private const int Bytes = 24;

    /// <summary>Reads <c>keeper.password</c>, <c>cell.password</c> and <c>replication.password</c>, and makes those that are missing.</summary>
    /// <param name="secretsFolder">The data folder's <c>secrets</c>; made with mode 0700 where it is missing.</param>
    /// <remarks>Processes that start at the same time all get the same passwords.</remarks>
    public static PostgresResult<PostgresPasswords> LoadOrCreate(string secretsFolder)
    {
        try
        {
            Directory.CreateDirectory(secretsFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new PostgresPasswords(One(secretsFolder, "keeper"), One(secretsFolder, "cell"), One(secretsFolder, "replication"));
        }
        catch (UnauthorizedAccessException e)
        {
            return new PostgresError(PostgresFailure.NoPermission, $"{secretsFolder}: {e.Message} Run as the user that owns the data folder.");
        }
        catch (IOException e)
        {
            return e.HResult == LinuxCalls.NoSpace ? Errors.NoSpace(secretsFolder) : new PostgresError(PostgresFailure.CommandFailed, $"{secretsFolder}: {e.Message}");
        }
    }

    /// <summary>Names these passwords without telling them, so that a template knows whose it is.</summary>
    internal string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"banyan\n{Keeper}\n{Cell}\n{Replication}")))[..32];

    /// <inheritdoc/>
    public override string ToString() => $"PostgresPasswords {Fingerprint}";

    private static string One(string folder, string role)
    {
        var path = Path.Combine(folder, $"{role}.password");
        if (!File.Exists(path))
        {
            var draft = $"{path}.{Guid.NewGuid():n}";
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            using (var stream = new FileStream(draft, options))
            {
                stream.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes))));
                stream.Flush(flushToDisk: true);
            }

            // of several at once the first counts, and all read what is there
            var placed = LinuxCalls.link(draft, path) == 0;
            var error = Marshal.GetLastPInvokeError();
            File.Delete(draft);
            if (!placed && !File.Exists(path))
                throw new IOException($"{path} can't be made: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }

        var password = File.ReadAllText(path).Trim();
        if (password.Length < 16 || !password.All(char.IsAsciiLetterOrDigit))
            throw new IOException($"{role}.password is damaged (16 or more letters and digits are expected): put its backup in its place.");
        return password;
    }
}
