using System.Net;
using System.Net.Sockets;

namespace Banyan.Cells.Webhooks;

/// <summary>
/// Where webhooks may go: https to public addresses. A subscriber must not make us ask our own network for things,
/// so names are resolved when a connection is made and the connection goes to an address that was checked. Thread-safe.
/// </summary>
/// <param name="allowPrivate">Whether they may go to private, loopback and link-local addresses, and by http to loopback.</param>
public sealed class TargetPolicy(bool allowPrivate)
{
    /// <summary>The longest address, in characters.</summary>
    public const int MaxLength = 2_000;

    private static readonly IPNetwork[] NotPublic = [.. new[]
    {
        // IANA's special-purpose registries: what is not globally reachable.
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    }.Select(static n => IPNetwork.Parse(n))];

    /// <summary>Null where the address may be subscribed; else what is wrong with it.</summary>
    public string? Check(string url, out Uri? target)
    {
        target = null;
        if (url.Length > MaxLength || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            return $"url is not a whole address of at most {MaxLength} characters, such as https://example.org/hook.";
        if (uri.UserInfo.Length > 0)
            return "url must not hold a user name or password: deliveries are signed instead.";
        if (uri.Fragment.Length > 0)
            return "url must not have a fragment (#).";
        if (uri.Scheme == Uri.UriSchemeHttp && !(allowPrivate && uri.IsLoopback))
            return allowPrivate ? "url must be https, or http to loopback." : "url must be https.";
        if (uri.Scheme is not ("http" or "https"))
            return "url must be https.";
        if (IPAddress.TryParse(uri.DnsSafeHost, out var address) ? !Allows(address) : uri.IsLoopback && !allowPrivate)
            return "url is not a public address.";
        target = uri;
        return null;
    }

    /// <summary>Whether a connection to this address may be made.</summary>
    public bool Allows(IPAddress address) => allowPrivate || IsPublic(address);

    /// <summary>Connects to an address of the host that may be connected to.</summary>
    /// <exception cref="TargetRefusedException">There is none.</exception>
    /// <exception cref="SocketException">The name can't be resolved, or nobody answers.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint;
        var addresses = await Dns.GetHostAddressesAsync(host.Host, cancellationToken);
        // One address that is not public makes the name suspect: all of them or none.
        if (addresses.Length == 0 || !Array.TrueForAll(addresses, Allows))
            throw new TargetRefusedException(host.Host);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, host.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (Array.Exists(NotPublic, n => n.Contains(address)))
            return false;
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return true;
        // Addresses that carry one of version 4: NAT64 (RFC 6052), 6to4 (RFC 3056), and the old "compatible" ones.
        var bytes = address.GetAddressBytes();
        if (bytes.AsSpan(0, 12).SequenceEqual<byte>([0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) || bytes.AsSpan(0, 12).IndexOfAnyExcept<byte>(0) < 0)
            return IsPublic(new IPAddress(bytes.AsSpan(12)));
        return bytes[0] != 0x20 || bytes[1] != 0x02 || IsPublic(new IPAddress(bytes.AsSpan(2, 4)));
    }
}

/// <summary>The host's addresses are not ones that webhooks may go to.</summary>
public sealed class TargetRefusedException(string host) : IOException($"'{host}' does not lead to a public address.");
