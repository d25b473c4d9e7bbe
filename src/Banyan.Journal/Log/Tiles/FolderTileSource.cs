namespace Banyan.Journal.Log.Tiles;

/// <summary>A log in a folder: <c>checkpoint</c> and <c>tile/…</c>, as C2SP tlog-tiles lays it out. Reads at most what a tile or bundle can have.</summary>
/// <param name="folder">The log's own folder.</param>
public sealed class FolderTileSource(string folder) : ITileSource
{
    /// <summary>The file of the newest checkpoint.</summary>
    public const string CheckpointName = "checkpoint";

    /// <inheritdoc/>
    public string Name => folder;

    /// <inheritdoc/>
    public async ValueTask<byte[]?> ReadCheckpointAsync(CancellationToken cancellationToken) => await ReadFileAsync(CheckpointName, TileLimits.LongestNote, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<byte[]?> ReadAsync(TileId id, CancellationToken cancellationToken) =>
        await ReadFileAsync(id.Path, TileLimits.Longest(id), cancellationToken) ?? (id.IsFull ? null : await ReadFileAsync(id.Full.Path, TileLimits.Longest(id.Full), cancellationToken));

    private async Task<byte[]?> ReadFileAsync(string path, int longest, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, path);
        try
        {
            using var handle = File.OpenHandle(file, options: FileOptions.Asynchronous);
            if (RandomAccess.GetLength(handle) > longest)
                throw new TileDamagedException($"{file} has more than the {longest} bytes that it can have.");
            var bytes = new byte[RandomAccess.GetLength(handle)];
            var read = 0;
            while (read < bytes.Length && await RandomAccess.ReadAsync(handle, bytes.AsMemory(read), read, cancellationToken) is > 0 and var count)
                read += count;
            return read == bytes.Length ? bytes : bytes[..read];
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TileSourceException($"{file} can't be read: {error.Message.TrimEnd('.')}.", error);
        }
    }
}
