using Banyan.Control.Platform;

namespace Banyan.Control.Credentials;

/// <summary>A line of text that only the owner of the data folder may read, made once.</summary>
internal static class SecretFile
{
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads it; makes it, mode 0600, where there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="make">What to write into a new one.</param>
    /// <exception cref="PlatformException">It can't be read or made, is empty, or others than its owner have rights to it.</exception>
    public static string Ensure(string path, Func<string> make)
    {
        try
        {
            if (!File.Exists(path))
                Write(path, make());
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            // Of the file that is open, not of what the name leads to a moment later.
            if ((File.GetUnixFileMode(file.SafeFileHandle) & ~OwnerAlone) != UnixFileMode.None)
                throw new PlatformException($"others than its owner have rights to {path}: chmod 600 {path}, or remove it and run `banyan up` again if somebody may have read it");
            return new StreamReader(file).ReadToEnd().Trim() is { Length: > 0 } text ? text : throw new PlatformException($"{path} is empty: remove it, and `banyan up` makes another");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PlatformException($"{path} can't be read or made: {error.Message.TrimEnd('.')}");
        }
    }

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var next = path + ".next";
        File.Delete(next); // of an `up` that died in between
        using (var writer = new StreamWriter(new FileStream(next, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerAlone })))
            writer.WriteLine(text);
        File.Move(next, path);
    }
}
