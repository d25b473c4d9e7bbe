using Banyan.Engines.Postgres;

namespace Banyan.Engines.Certificates;

/// <summary>Files that hold a private key: their owner alone may read them, and a reader sees a whole file, the old one or the new one.</summary>
internal static class PrivateFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes beside, and puts in its place. It is whose it was: a server of another user goes on reading its own.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">All of it.</param>
    /// <param name="durable">Make it durable first: what can't be made again.</param>
    /// <param name="others">Who else may read it: for what holds no key.</param>
    public static void Write(string path, string text, bool durable, UnixFileMode others = UnixFileMode.None)
    {
        var next = path + ".next";
        File.Delete(next); // of a writer that died: its mode is not to be trusted
        using (var file = new StreamWriter(new FileStream(next, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Owner })))
        {
            file.Write(text);
            file.Flush();
            if (durable)
                ((FileStream)file.BaseStream).Flush(flushToDisk: true);
        }

        if (others != UnixFileMode.None)
            File.SetUnixFileMode(next, Owner | others);
        if (LinuxCalls.Identify(path) is { } old && LinuxCalls.Identify(next) is { } made && (old.Uid, old.Gid) != (made.Uid, made.Gid) && LinuxCalls.chown(next, old.Uid, old.Gid) != 0)
            throw new UnauthorizedAccessException($"{path} can't be given to the user who had it");
        File.Move(next, path, overwrite: true);
    }

    /// <summary>Reads it, unless someone else could.</summary>
    /// <exception cref="CertificatesException">Others than its owner have rights to it, or it can't be read.</exception>
    public static string Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            // Of the file that is open, not of what the name leads to a moment later.
            if ((File.GetUnixFileMode(file.SafeFileHandle) & ~(Owner | UnixFileMode.UserExecute)) != UnixFileMode.None)
                throw new CertificatesException($"{path} holds a private key and others than its owner have rights to it: chmod 600 {path}, and make new keys if somebody may have read it");
            return new StreamReader(file).ReadToEnd();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CertificatesException($"can't read {path}: {unreadable.Message.TrimEnd('.')}", unreadable);
        }
    }
}
