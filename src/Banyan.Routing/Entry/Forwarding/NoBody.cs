using System.Net;

namespace Banyan.Routing.Entry.Forwarding;

/// <summary>
/// An empty body. With a body of any length the client library never repeats a request on its own (it would, for a
/// request without one, when a kept connection turns out to be closed), so changes carry this one.
/// </summary>
internal sealed class NoBody : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Task.CompletedTask;

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return true;
    }
}
