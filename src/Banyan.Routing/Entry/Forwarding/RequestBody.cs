using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Banyan.Routing.Entry.Forwarding;

/// <summary>
/// A client's body on its way to the cell, flushed whenever the client pauses. What is kept of it goes first, and what is
/// read from the client is kept where that is wanted: then it can be sent again.
/// </summary>
internal sealed class RequestBody(HttpRequest request, ForwardTimer timer, KeptBody? kept) : HttpContent
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _began;

    /// <summary>From this size on, and where the size is unknown, the cell is asked whether it wants the body at all.</summary>
    public const long AskFirst = 1 << 20;

    /// <summary>What went wrong on the client's side, where that is why the request failed.</summary>
    public Exception? ClientFailure { get; private set; }

    /// <summary>Completes when nobody reads the client's body for this sending any more, and nobody will.</summary>
    public Task EndedAsync() => Interlocked.Exchange(ref _began, 1) == 0 ? Task.CompletedTask : _ended.Task;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _began, 1) != 0)
            throw new IOException("This sending is over.");
        try
        {
            await CopyAsync(stream, cancellationToken);
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    private async Task CopyAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (kept is not null)
        {
            foreach (var piece in kept.Pieces)
                await stream.WriteAsync(piece, cancellationToken);
            if (kept.IsWhole)
                return;
        }

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
            {
                kept?.Add(segment.Span); // before it is sent: what the cell has is never more than what is kept
                await stream.WriteAsync(segment, cancellationToken);
            }

            reader.AdvanceTo(read.Buffer.End);
            timer.Restart();
            if (read.IsCompleted)
            {
                kept?.End();
                return;
            }
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = request.ContentLength ?? 0;
        return request.ContentLength is not null;
    }
}
