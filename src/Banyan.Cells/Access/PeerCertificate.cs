using Banyan.Engines.Certificates;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Access;

/// <summary>Who a connection's certificate says is there; the handshake has made sure that it is the platform's (<see cref="Links"/>).</summary>
internal static class PeerCertificate
{
    public static Peer Of(ConnectionInfo connection) => connection.ClientCertificate is { } certificate && ProcessName.Of(certificate) is { } name
        ? name.Role switch { ProcessRole.FrontDoor => Peer.FrontDoor, ProcessRole.Cell => Peer.Cell, _ => Peer.Process }
        : Peer.Stranger;
}
