using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Banyan.Engines.Postgres;

namespace Banyan.Engines.Keys;

/// <summary>Makes root key files and new versions in them. A file is whole or as it was before, whenever the power goes.</summary>
public static class RootKeyFiles
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersFolder = OwnersFile | UnixFileMode.UserExecute;

    /// <summary>Makes a file with one root key, mode 0600, where there is none yet; true where it did. Of several at once one makes it.</summary>
    /// <exception cref="RootKeyException">It can't be made.</exception>
    public static bool Ensure(string path, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        if (File.Exists(path))
            return false;
        return Changing(path, () =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!, OwnersFolder);
            var draft = WriteDraft(path, new RootKeyDocument { Format = RootKeyDocument.CurrentFormat, FingerprintKey = NewKey(), Keys = [Entry(1, time)] });
            var placed = LinuxCalls.link(draft, path) == 0;
            var error = Marshal.GetLastPInvokeError();
            File.Delete(draft);
            if (!placed && !File.Exists(path))
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
            return placed;
        });
    }

    /// <summary>Adds a version, which wraps from now on; returns it. Those before it stay, so that what they wrapped can be read until it is wrapped again.</summary>
    /// <exception cref="RootKeyException">The file can't be read or replaced, or somebody else is changing it.</exception>
    public static int Rotate(string path, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return Changing(path, () =>
        {
            using var alone = Lock(path);
            var document = Read(path);
            var next = document.Keys.Max(static k => k.Version) + 1;
            Replace(path, document with { Keys = [.. document.Keys, Entry(next, time)] });
            return next;
        });
    }

    /// <summary>
    /// Forgets the versions before the newest. What is still wrapped under them can't be read any more, backups included:
    /// first see that every partition is wrapped under the newest.
    /// </summary>
    /// <returns>Those that are gone.</returns>
    /// <exception cref="RootKeyException">The file can't be read or replaced, or somebody else is changing it.</exception>
    public static IReadOnlyList<int> Retire(string path) => Changing(path, () =>
    {
        using var alone = Lock(path);
        var document = Read(path);
        var newest = document.Keys.MaxBy(static k => k.Version)!;
        Replace(path, document with { Keys = [newest] });
        return (IReadOnlyList<int>)[.. document.Keys.Where(k => k != newest).Select(static k => k.Version).Order()];
    });

    private static T Changing<T>(string path, Func<T> change)
    {
        try
        {
            return change();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RootKeyException($"The root key file {path} can't be changed ({error.Message.TrimEnd('.')}): run as the owner of its folder, one at a time.", error);
        }
    }

    private static RootKeyDocument Read(string path)
    {
        _ = RootKeyFile.Open(path); // Its permissions, and that it is whole.
        return JsonSerializer.Deserialize(File.ReadAllBytes(path), RootKeyJson.Default.RootKeyDocument)!;
    }

    private static void Replace(string path, RootKeyDocument document)
    {
        File.Move(WriteDraft(path, document), path, overwrite: true);
        using var folder = File.OpenHandle(path);
        RandomAccess.FlushToDisk(folder);
    }

    private static string WriteDraft(string path, RootKeyDocument document)
    {
        var draft = $"{path}.{Guid.NewGuid():n}";
        using var stream = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnersFile });
        JsonSerializer.Serialize(stream, document, RootKeyJson.Default.RootKeyDocument);
        stream.Flush(flushToDisk: true);
        return draft;
    }

    private static FileStream Lock(string path) =>
        new($"{path}.lock", new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = OwnersFile });

    private static RootKeyEntry Entry(int version, TimeProvider time) => new() { Version = version, MadeAt = time.GetUtcNow(), Key = NewKey() };

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyEnvelope.KeyLength));
}
