using Banyan.Engines.Postgres;

namespace Banyan.Engines.Files;

/// <summary>Files that are whole and on disk, whenever the power goes.</summary>
public static class DurableFile
{
    /// <summary>
    /// Puts a file in the place of the one before. When it returns, content and name are on disk; before, readers and a
    /// power cut find the old one whole. Calls for one path MUST NOT overlap.
    /// </summary>
    /// <param name="path">The file; its folder is made where it is missing.</param>
    /// <param name="bytes">All of it.</param>
    /// <param name="mode">Its permissions; null: as the process makes files.</param>
    /// <exception cref="IOException">It can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> bytes, UnixFileMode? mode = null)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var next = path + ".next";
        File.Delete(next); // Of one that died in between: its permissions may be others.
        using (var stream = new FileStream(next, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
        DataFolder.Sync(folder, wholeFileSystem: false);
    }
}
