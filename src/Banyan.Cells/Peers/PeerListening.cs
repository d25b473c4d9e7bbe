using Banyan.Engines.Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Banyan.Cells.Peers;

/// <summary>A server of one of the platform's processes that takes connections of the others alone.</summary>
public static class PeerListening
{
    /// <summary>Refuses every connection that is not TLS 1.3 with the certificate of a process that may connect here. Without links it changes nothing.</summary>
    /// <param name="listen">Where it listens.</param>
    /// <param name="links">The process' own; null where links are plain.</param>
    public static ListenOptions UseLinks(this ListenOptions listen, Links? links)
    {
        if (links is null)
            return listen;
        listen.Protocols = HttpProtocols.Http1;
        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(links.ForServer()), HandshakeTimeout = Links.HandshakePatience });
        // Once a connection, not once a request.
        listen.Use(next => connection =>
        {
            if (connection.Features.Get<ISslStreamFeature>()?.SslStream.RemoteCertificate is { } shown && ProcessName.Of(shown) is { } peer)
                connection.Features.Set(new ShownPeer(peer));
            return next(connection);
        });
        return listen;
    }

    /// <summary>Which of the platform's processes sent a request, by the certificate of its connection; null where links are plain.</summary>
    public static ProcessName? Peer(this HttpContext context) => context.Features.Get<ShownPeer>()?.Name;

    private sealed record ShownPeer(ProcessName Name);
}
