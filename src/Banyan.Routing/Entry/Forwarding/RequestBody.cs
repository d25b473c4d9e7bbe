using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Banyan.Routing.Entry.Forwarding;

/// <summary>
/// A client's body on its way to the cell: never held whole, flushed whenever the client pauses. It can be read once, so
/// a request that has one is sent once.
/// </summary>
internal sealed class RequestBody(HttpRequest request, ForwardTimer timer) : HttpContent
{
    /// <summary>From this size on, and where the size is unknown, the cell is asked whether it wants the body at all.</summary>
    public const long AskFirst = 1 << 20;

    /// <summary>What went wrong on the client's side, where that is why the request failed.</summary>
    public Exception? ClientFailure { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var reader = request.BodyReader;
        while (true)
        {
            var pending = reader.ReadAsync(cancellationToken);
            if (!pending.IsCompleted)
                await stream.FlushAsync(cancellationToken);
            ReadResult read;
            try
            {
                read = await pending;
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                ClientFailure = e;
                throw;
            }

            foreach (var segment in read.Buffer)
                await stream.WriteAsync(segment, cancellationToken);
            reader.AdvanceTo(read.Buffer.End);
            timer.Restart();
            if (read.IsCompleted)
                return;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = request.ContentLength ?? 0;
        return request.ContentLength is not null;
    }
}
