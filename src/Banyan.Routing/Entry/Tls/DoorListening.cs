using System.Net.Security;
using System.Security.Authentication;
using Banyan.Engines.Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Banyan.Routing.Entry.Tls;

/// <summary>A front door's port: TLS 1.3 and, told apart by the first byte, plain HTTP, of which <see cref="DoorSecurity"/> says who may.</summary>
public static class DoorListening
{
    /// <summary>How long a client may take to send its first byte, and then for its handshake.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>TLSPlaintext.type of a handshake (RFC 8446 section 5.1); no method of HTTP begins with it.</summary>
    private const byte Handshake = 0x16;

    /// <summary>Takes both on one port.</summary>
    /// <param name="listen">The port.</param>
    /// <param name="certificate">The front door's; the one that is current when a handshake begins is shown.</param>
    public static void UseDoorTls(this ListenOptions listen, CurrentCertificate certificate)
    {
        listen.Protocols = HttpProtocols.Http1;
        ConnectionDelegate? plain = null;
        listen.Use(secure => connection => AcceptAsync(connection, secure, plain!));
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = Patience,
            OnConnection = _ => new(new SslServerAuthenticationOptions { ServerCertificateContext = certificate.Context, EnabledSslProtocols = SslProtocols.Tls13 }),
        });
        // What comes behind TLS; the stages are put together from the last to the first.
        listen.Use(http => plain = http);
    }

    private static async Task AcceptAsync(ConnectionContext connection, ConnectionDelegate secure, ConnectionDelegate plain)
    {
        if (await IsHandshakeAsync(connection) is { } isHandshake)
            await (isHandshake ? secure : plain)(connection);
    }

    /// <returns>Null where nothing came: the connection is over.</returns>
    private static async ValueTask<bool?> IsHandshakeAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        if (!input.TryRead(out var read))
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None);
            patience.CancelAfter(Patience);
            try
            {
                read = await input.ReadAsync(patience.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                return null;
            }
        }

        bool? found = read.Buffer.IsEmpty ? null : read.Buffer.FirstSpan[0] == Handshake;
        input.AdvanceTo(read.Buffer.Start); // looked at, not taken
        return found;
    }
}
