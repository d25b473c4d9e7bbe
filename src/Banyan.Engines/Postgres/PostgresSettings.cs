namespace Banyan.Engines.Postgres;

/// <summary>How one instance runs. Immutable; the defaults fit ten instances on one small machine.</summary>
public sealed record PostgresSettings
{
    /// <summary>The address of this machine that loopback servers listen on.</summary>
    public const string Loopback = "127.0.0.1";

    /// <summary>The one IPv4 address that it listens on.</summary>
    public string Address { get; init; } = Loopback;

    /// <summary>Port of <see cref="Address"/>.</summary>
    public required int Port { get; init; }

    /// <summary>Who may log in at all, as an IPv4 network: <c>127.0.0.1/32</c>, or where <see cref="Address"/> is another, the network of the regions.</summary>
    public string Clients { get; init; } = Loopback + "/32";

    /// <summary>Shown by <c>ps</c> in the titles of the server's processes, and the name that a standby gives its primary: <c>PARTITION@REGION</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where a standby streams from; null for a primary.</summary>
    public StandbySource? StandbyOf { get; init; }

    /// <summary>The standby that a primary's commits wait for, by the name that it gives itself (its <see cref="Name"/>); null: they wait for none.</summary>
    public string? SynchronousStandby { get; init; }

    /// <summary>How its connections are secured; null where they are plain.</summary>
    public PostgresTls? Tls { get; init; }

    /// <summary>Whether the keeper alone may log in, to read: an old primary is looked at before anything else is done with it.</summary>
    public bool IsIsolated { get; init; }

    /// <summary>Megabytes of <c>shared_buffers</c>; the rest is the operating system's page cache.</summary>
    public int SharedBuffers { get; init; } = 48;

    /// <summary>The most connections; a cell's pool, the keeper's and an operator's fit.</summary>
    public int MaxConnections { get; init; } = 60;

    /// <summary>The most WAL, in megabytes, that a standby which is away may hold back; past it the standby is rebuilt.</summary>
    public int MaxStandbyBacklog { get; init; } = 1024;

    /// <summary>
    /// Whether commits survive a loss of power. Off only for tests that don't ask for it: MUST be on wherever someone
    /// relies on an acknowledgement.
    /// </summary>
    public bool Durable { get; init; } = true;

    /// <summary>Further settings by PostgreSQL's names; they win.</summary>
    public IReadOnlyDictionary<string, string> Further { get; init; } = new Dictionary<string, string>();
}
