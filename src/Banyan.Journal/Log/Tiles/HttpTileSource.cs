using System.Net;

namespace Banyan.Journal.Log.Tiles;

/// <summary>A log over HTTP (C2SP tlog-tiles). Reads at most what a tile or bundle can have.</summary>
/// <param name="client">Its timeout holds for each request; whether it takes compressed answers is its handler's choice.</param>
/// <param name="prefix">The log's URL; its checkpoint is at <c>prefix/checkpoint</c>.</param>
public sealed class HttpTileSource(HttpClient client, Uri prefix) : ITileSource
{
    private readonly string _prefix = prefix.AbsoluteUri.TrimEnd('/') + '/';

    /// <inheritdoc/>
    public string Name => _prefix;

    /// <inheritdoc/>
    public async ValueTask<byte[]?> ReadCheckpointAsync(CancellationToken cancellationToken) => await GetAsync(FolderTileSource.CheckpointName, TileLimits.LongestNote, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<byte[]?> ReadAsync(TileId id, CancellationToken cancellationToken) =>
        await GetAsync(id.Path, TileLimits.Longest(id), cancellationToken) ?? (id.IsFull ? null : await GetAsync(id.Full.Path, TileLimits.Longest(id.Full), cancellationToken));

    private async Task<byte[]?> GetAsync(string path, int longest, CancellationToken cancellationToken)
    {
        var url = _prefix + path;
        try
        {
            using var answer = await client.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
                return null;
            if (!answer.IsSuccessStatusCode)
                throw new TileSourceException($"{url} answered {(int)answer.StatusCode}.");
            await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            using var bytes = new MemoryStream();
            var buffer = new byte[8192];
            while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                if (bytes.Length + count > longest)
                    throw new TileDamagedException($"{url} answered more than the {longest} bytes that it can have.");
                bytes.Write(buffer, 0, count);
            }

            return bytes.ToArray();
        }
        catch (InvalidDataException error)
        {
            throw new TileDamagedException($"{url} is damaged: {error.Message.TrimEnd('.')}.", error); // it is stored in gzip, and is none
        }
        catch (Exception error) when (error is HttpRequestException or IOException || (error is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new TileSourceException($"{url} can't be read: {error.Message.TrimEnd('.')}.", error);
        }
    }
}
