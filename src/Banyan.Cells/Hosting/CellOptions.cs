using System.Net;
using Banyan.Cells.Access;
using Banyan.Cells.Log;
using Banyan.Cells.Peers;
using Banyan.Cells.Personal;
using Banyan.Cells.Records;
using Banyan.Cells.Witness;
using Banyan.Engines.Certificates;
using Banyan.Engines.Postgres;

namespace Banyan.Cells.Hosting;

/// <summary>What a cell needs to know to run. Immutable.</summary>
public sealed record CellOptions
{
    /// <summary>Requests and streams get this long to end when the cell drains, unless told otherwise.</summary>
    public static readonly TimeSpan DefaultDrainTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The largest request body that an endpoint takes, unless it asks for another limit (<c>WithBodyLimit</c>): 10 MB.</summary>
    public const long DefaultBodyLimit = 10 * 1024 * 1024;

    /// <summary>Where the cell stands.</summary>
    public required CellContext Context { get; init; }

    /// <summary>Connection string of the partition's primary, for the role that owns its database.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>How its connections to the database are secured; null: as <see cref="ConnectionString"/> says.</summary>
    public PostgresLink? DatabaseLink { get; init; }

    /// <summary>The address to listen on.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port to listen on; 0 takes a free one.</summary>
    public required int Port { get; init; }

    /// <summary>The partition's epoch: journal positions carry it. At least 1.</summary>
    public int Epoch { get; init; } = 1;

    /// <summary>The most database connections held at once, 2 to 1,000.</summary>
    public int DatabaseConnections { get; init; } = 20;

    /// <summary>The most clients connected at once, followers of streams included; at least 1.</summary>
    public int ClientConnections { get; init; } = 50_000;

    /// <summary>How long requests in flight, and after them open streams, may take to end when the cell drains.</summary>
    public TimeSpan DrainTimeout { get; init; } = DefaultDrainTimeout;

    /// <summary>The process' links: who has no certificate of the platform that may ask a cell is refused at the handshake. Null: anybody may connect.</summary>
    public Links? Links { get; init; }

    /// <summary>The keys of personal data; null: this cell holds none, and has no <see cref="IKeyVault"/>.</summary>
    public KeyOptions? Keys { get; init; }

    /// <summary>What the log over the journal is kept with; null: this cell keeps none.</summary>
    public CellLogOptions? Log { get; init; }

    /// <summary>Whether the partition has a standby that the platform keeps: its log signs nothing before that is there.</summary>
    public bool ExpectsStandby { get; init; }

    /// <summary>Who may use the cell; null: nobody is asked.</summary>
    public AccessOptions? Access { get; init; }

    /// <summary>What the platform was brought up with. Then the journal tells of it, and of the partition's epochs; null: it tells of neither.</summary>
    public Deployment? Deployment { get; init; }

    /// <summary>The way to the platform's other partitions; one for all apps of a process. Null: this cell knows of none.</summary>
    public IPartitionPeers? Peers { get; init; }

    /// <summary>The region's witness, one for all of its apps; also asks the others to cosign. Null: there is none.</summary>
    public RegionWitness? Witness { get; init; }

    /// <summary>How long a client may take to send the head of a request. 10 s.</summary>
    internal TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The services that this process refuses for now; one for all of its apps.</summary>
    internal ShedServices Shed { get; init; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    internal void Validate()
    {
        Check(Port is >= 0 and <= 65535, nameof(Port), "0 to 65535");
        Check(Epoch >= 1, nameof(Epoch), "at least 1");
        Check(DatabaseConnections is >= 2 and <= 1000, nameof(DatabaseConnections), "2 to 1,000");
        Check(ClientConnections >= 1, nameof(ClientConnections), "at least 1");
        Check(DrainTimeout > TimeSpan.Zero, nameof(DrainTimeout), "more than zero");
        Check(Keys is null or { CacheLimit: >= 1 }, nameof(KeyOptions.CacheLimit), "at least 1");
        Check(Keys is null || (Keys.PartitionKeyAge > TimeSpan.Zero && Keys.LookInterval > TimeSpan.Zero && Keys.CacheFor > TimeSpan.Zero), nameof(Keys), "given times more than zero");

        static void Check(bool holds, string name, string range)
        {
            if (!holds)
                throw new ArgumentException($"A cell's {name} must be {range}.", name);
        }
    }
}
