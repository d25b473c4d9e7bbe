using System.Runtime.InteropServices;
using Banyan.Engines.Postgres;

namespace Banyan.Engines.Objects;

/// <summary>
/// Objects as files of a folder, each under its key: written beside its place, to the disk, then renamed into it. What an
/// object is to HTTP (<see cref="ObjectKind"/>) is not kept. Thread-safe; several processes may use one folder.
/// </summary>
public sealed class FolderObjectStore : IObjectStore
{
    private const string DraftMark = ".draft-";
    private readonly string _root;

    /// <summary>Makes it; the folder is made when the first object comes.</summary>
    public FolderObjectStore(string folder) => _root = Path.GetFullPath(folder);

    /// <inheritdoc/>
    public string Name => _root;

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlyMemory<byte> content, ObjectKind kind, CancellationToken cancellationToken)
    {
        ObjectKeys.Check(key);
        return DoingAsync($"write {key}", async () =>
        {
            await WriteAsync(key, content, flush: true, cancellationToken);
            Sync(Path.GetDirectoryName(PathOf(key))!);
            return true;
        });
    }

    /// <inheritdoc/>
    public Task PutAllAsync(IReadOnlyList<NewObject> objects, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(objects);
        foreach (var one in objects)
            ObjectKeys.Check(one.Key);
        return DoingAsync($"write {objects.Count} objects", async () =>
        {
            foreach (var one in objects)
                await WriteAsync(one.Key, one.Content, flush: false, cancellationToken);
            if (objects.Count > 0)
                Flush(_root, LinuxCalls.syncfs); // one for all, in place of two for each
            return true;
        });
    }

    /// <inheritdoc/>
    public Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        ObjectKeys.Check(key);
        return DoingAsync<byte[]?>($"read {key}", async () =>
        {
            try
            {
                return await File.ReadAllBytesAsync(PathOf(key), cancellationToken);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return null;
            }
        });
    }

    /// <inheritdoc/>
    public Task DeleteAllAsync(string prefix, CancellationToken cancellationToken)
    {
        ObjectKeys.CheckPrefix(prefix);
        return DoingAsync($"remove {prefix}", () =>
        {
            if (Directory.Exists(PathOf(prefix)))
                Directory.Delete(PathOf(prefix), recursive: true);
            return Task.FromResult(true);
        });
    }

    private async Task WriteAsync(string key, ReadOnlyMemory<byte> content, bool flush, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        var folder = Path.GetDirectoryName(path)!;
        MakeFolder(folder);
        var draft = Path.Combine(folder, $"{DraftMark}{Guid.NewGuid():n}");
        try
        {
            await using (var stream = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous, BufferSize = 0 }))
            {
                await stream.WriteAsync(content, cancellationToken);
                if (flush)
                    stream.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft); // does nothing where it was moved
        }
    }

    private string PathOf(string key) => Path.Combine(_root, key.TrimEnd('/'));

    // A new folder's name is durable when its parent is.
    private void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        var parent = Path.GetDirectoryName(folder)!;
        if (folder.Length > _root.Length)
            MakeFolder(parent);
        Directory.CreateDirectory(folder);
        if (Directory.Exists(parent))
            Sync(parent);
    }

    private static void Sync(string folder) => Flush(folder, LinuxCalls.fsync);

    private static void Flush(string folder, Func<int, int> flush)
    {
        var descriptor = LinuxCalls.open(folder, flags: 0);
        if (descriptor < 0)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage(), Marshal.GetLastPInvokeError());
        var failed = flush(descriptor) != 0 ? Marshal.GetLastPInvokeErrorMessage() : null;
        _ = LinuxCalls.close(descriptor);
        if (failed is not null)
            throw new IOException(failed);
    }

    private async Task<T> DoingAsync<T>(string what, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStoreException($"{_root}: can't {what}: {e.Message}", e);
        }
    }
}
