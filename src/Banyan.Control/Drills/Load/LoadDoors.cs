using System.Globalization;
using System.Net;
using Banyan.Control.Platform;
using Banyan.Routing.Dns;
using Banyan.Routing.Dns.Asking;
using Banyan.Routing.Dns.Platform;

namespace Banyan.Control.Drills.Load;

/// <summary>By which front doors a client comes in. One client's own; not thread-safe.</summary>
internal interface ILoadDoors
{
    /// <summary>Front doors now, in the order in which they are tried; at least one.</summary>
    /// <exception cref="HttpRequestException">Nobody says any.</exception>
    ValueTask<IReadOnlyList<Uri>> NowAsync(CancellationToken cancellationToken);
}

/// <summary>The same ones always: a client that was told of them.</summary>
internal sealed class KnownDoors(IReadOnlyList<Uri> doors) : ILoadDoors
{
    public ValueTask<IReadOnlyList<Uri>> NowAsync(CancellationToken cancellationToken) => ValueTask.FromResult(doors);
}

/// <summary>
/// Those that a name leads to. A client that honours the TTL asks again when it is over, and keeps what it had where no
/// server answers (as RFC 8767 lets resolvers do); one that ignores it has asked once, for ever.
/// </summary>
internal sealed class NamedDoors(NameAsker names, DnsName name, int port, bool honoursTtl, TimeProvider time) : ILoadDoors
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private IReadOnlyList<Uri>? _doors;
    private long _asked;
    private TimeSpan _keep;

    /// <summary>How often it asked.</summary>
    public int Times { get; private set; }

    public bool HonoursTtl => honoursTtl;

    public async ValueTask<IReadOnlyList<Uri>> NowAsync(CancellationToken cancellationToken)
    {
        if (_doors is not null && (!honoursTtl || time.GetElapsedTime(_asked) < _keep))
            return _doors;
        Times++;
        var found = await names.AskAsync(name, cancellationToken);
        (_asked, _keep) = (time.GetTimestamp(), found?.Ttl ?? AskAgain);
        if (found is not null)
            _doors = [.. found.Addresses.Select(a => new UriBuilder(Uri.UriSchemeHttp, a.ToString(), port).Uri)];
        return _doors ?? throw new HttpRequestException($"no name server answers for {name}");
    }
}

/// <summary>How a drill's clients find their front doors.</summary>
/// <param name="Doors">Every front door.</param>
internal sealed record LoadEntrances(IReadOnlyList<Uri> Doors)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Func<bool, TimeProvider, NamedDoors>? _byName;

    /// <summary>Of a platform.</summary>
    /// <param name="region">Whose residents the clients are: they ask for its name.</param>
    public LoadEntrances(PlatformState platform, string region, IReadOnlyList<Uri> doors)
        : this(doors)
    {
        if (platform.DnsPort is not { } port || !DnsName.TryParse(string.Create(CultureInfo.InvariantCulture, $"{region}.{platform.Platform}.{PlatformNames.DefaultSuffix}"), out var name))
            return;
        IPEndPoint[] servers = [.. doors.Select((_, i) => new IPEndPoint(FrontDoorState.AddressOf(i), port))];
        _byName = (honours, time) => new NamedDoors(new NameAsker(servers, Patience, time), name, platform.EntryPort, honours, time);
    }

    /// <summary>Of ten clients three ask for a name and honour its TTL, three ask once, four know all front doors; where there are no names, all do.</summary>
    public ILoadDoors Of(int client, TimeProvider time)
    {
        if (_byName is not null && client % 10 is 2 or 3 or 8)
            return _byName(true, time);
        if (_byName is not null && client % 10 is 1 or 5 or 7)
            return _byName(false, time);
        // The second of two doors is the first of every other client.
        return new KnownDoors([.. Doors.Skip(client % Doors.Count), .. Doors.Take(client % Doors.Count)]);
    }

    /// <summary>What the drill's result says about it.</summary>
    public static string Describe(IEnumerable<ILoadDoors> clients)
    {
        NamedDoors[] named = [.. clients.OfType<NamedDoors>()];
        return named.Length == 0 ? "the platform serves no names (`banyan up --dns-port`): every client knew the front doors' addresses"
            : string.Create(CultureInfo.InvariantCulture, $"{named.Count(static d => d.HonoursTtl)} clients found their front door by DNS and honoured the TTL ({named.Where(static d => d.HonoursTtl).Sum(static d => d.Times)} questions), {named.Count(static d => !d.HonoursTtl)} asked once and ignored it");
    }
}
