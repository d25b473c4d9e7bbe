using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Banyan.Routing.Dns.Records;
using Banyan.Routing.Dns.Wire;

namespace Banyan.Routing.Dns.Asking;

/// <summary>
/// Asks a zone's name servers for addresses over UDP, one after the other, as a stub resolver does. Keeps nothing. Answers
/// that don't fit a datagram count as none: those that it is for have a few addresses. Thread-safe.
/// </summary>
/// <param name="servers">In the order in which they are asked.</param>
/// <param name="patience">How long each has for its answer.</param>
public sealed class NameAsker(IReadOnlyList<IPEndPoint> servers, TimeSpan patience, TimeProvider time)
{
    private const int MostBytes = 1_232;

    /// <summary>The addresses of a name, and how long they may be kept; null where no server gives any.</summary>
    public async Task<NamedAddresses?> AskAsync(DnsName name, CancellationToken cancellationToken)
    {
        foreach (var server in servers)
        {
            if (await AskAsync(server, name, cancellationToken) is { } found)
                return found;
        }

        return null;
    }

    private async Task<NamedAddresses?> AskAsync(IPEndPoint server, DnsName name, CancellationToken cancellationToken)
    {
        var id = (ushort)RandomNumberGenerator.GetInt32(1 << 16);
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        var answer = new byte[MostBytes];
        try
        {
            await socket.ConnectAsync(server, either.Token); // what others send does not arrive
            await socket.SendAsync(new DnsMessage { Id = id, Name = name, Type = RecordType.A, UdpSize = MostBytes }.Write(), either.Token);
            while (true)
            {
                var length = await socket.ReceiveAsync(answer, either.Token);
                if (DnsMessage.TryRead(answer.AsSpan(0, length), out var message) && message.Response && message.Id == id && name.Equals(message.Name))
                    return Read(message);
            }
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private static NamedAddresses? Read(DnsMessage message)
    {
        ImmutableArray<ResourceRecord> found = [.. message.Answers.Where(static r => r.Data is AddressData)];
        return message.Code != ResponseCode.NoError || message.Truncated || found.IsEmpty ? null
            : new NamedAddresses([.. found.Select(static r => ((AddressData)r.Data).Address)], TimeSpan.FromSeconds(message.Answers.Min(static r => r.Ttl)));
    }
}

/// <summary>What a name leads to. Immutable.</summary>
/// <param name="Addresses">At least one.</param>
/// <param name="Ttl">How long they may be kept.</param>
public sealed record NamedAddresses(ImmutableArray<IPAddress> Addresses, TimeSpan Ttl);
