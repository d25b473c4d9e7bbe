using System.Net;
using Banyan.Cells.Access;
using Banyan.Cells.Access.Tokens;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Gateway.Callers;

/// <summary>
/// What is the same from request to request of one connection: who is at its other end, and most often the credential.
/// The server gives the same string for a field whose bytes are those of the request before, so one comparison of
/// references finds a token that was verified then. Requests of one HTTP/2 connection come at once: fields are written whole.
/// </summary>
internal sealed class ConnectionMemo(Peer peer, UInt128 address)
{
    private static readonly object Key = new();

    /// <summary>Who is at the other end.</summary>
    public Peer Peer => peer;

    /// <summary>The connection's address; see <see cref="ClientAddress"/>.</summary>
    public UInt128 Address => address;

    /// <summary>The last credential that was good, and what it said.</summary>
    public Seen? Last { get; set; }

    public static ConnectionMemo Of(HttpContext context, AccessOptions access)
    {
        var items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is not null && items.TryGetValue(Key, out var found) && found is ConnectionMemo memo)
            return memo;
        memo = new ConnectionMemo(PeerOf(context.Connection, access), ClientAddress.Of(context.Connection.RemoteIpAddress));
        items?[Key] = memo;
        return memo;
    }

    private static Peer PeerOf(ConnectionInfo connection, AccessOptions access)
    {
        if (access.PeerOf?.Invoke(connection) is { } known and not Peer.Stranger)
            return known;
        return connection.RemoteIpAddress is { } remote && IsTrusted(remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote, access.TrustedProxies) ? Peer.Proxy : Peer.Stranger;
    }

    private static bool IsTrusted(IPAddress address, IReadOnlyList<IPNetwork> trusted)
    {
        foreach (var network in trusted)
        {
            if (network.Contains(address))
                return true;
        }

        return false;
    }

    /// <param name="Header">The very string of the field.</param>
    /// <param name="Token">What it was found to be.</param>
    public sealed record Seen(string Header, VerifiedToken Token);
}
