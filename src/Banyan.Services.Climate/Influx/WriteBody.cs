using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Climate.Influx;

/// <summary>The text of a write, in one pooled buffer, out of a body that may be compressed. One owner, who disposes it.</summary>
internal sealed class WriteBody : IDisposable
{
    private byte[] _buffer;

    private WriteBody(int size) => _buffer = ArrayPool<byte>.Shared.Rent(size);

    /// <summary>The text.</summary>
    public ReadOnlyMemory<byte> Text => _buffer.AsMemory(0, Length);

    /// <summary>Its length in bytes.</summary>
    public int Length { get; private set; }

    /// <summary>Reads a body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="maxBytes">How much text is taken, after decompression.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null where the text is longer.</returns>
    /// <exception cref="InvalidDataException">The body is not what its Content-Encoding says.</exception>
    public static async Task<WriteBody?> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        var encoding = request.Headers.ContentEncoding.ToString();
        if (encoding is "" or "identity")
        {
            if (request.ContentLength > maxBytes)
                return null;
            return await ReadAsync(request.Body, (int)(request.ContentLength ?? 64 << 10), maxBytes, cancellationToken);
        }

        if (!string.Equals(encoding, "gzip", StringComparison.OrdinalIgnoreCase))
            throw new InvalidDataException($"Content-Encoding '{encoding}' is not known; send gzip or none.");
        await using var gzip = new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true);
        return await ReadAsync(gzip, 64 << 10, maxBytes, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private static async Task<WriteBody?> ReadAsync(Stream stream, int size, int maxBytes, CancellationToken cancellationToken)
    {
        var body = new WriteBody(size + 1);
        try
        {
            while (true)
            {
                if (body.Length == body._buffer.Length)
                    body.Grow();
                var read = await stream.ReadAsync(body._buffer.AsMemory(body.Length), cancellationToken);
                if (read == 0)
                    return body;
                body.Length += read;
                if (body.Length > maxBytes)
                {
                    body.Dispose();
                    return null;
                }
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private void Grow()
    {
        var bigger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        Text.CopyTo(bigger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = bigger;
    }
}
