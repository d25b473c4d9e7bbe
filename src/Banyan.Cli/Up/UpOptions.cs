namespace Banyan.Cli.Up;

/// <summary>What <c>up</c> was asked for. Immutable.</summary>
internal sealed record UpOptions
{
    /// <summary>A path, or the name of a blueprint that comes with Banyan; null for the folder's own, else KAI.</summary>
    public string? Blueprint { get; init; }

    /// <summary>The data folder, as given.</summary>
    public required string Data { get; init; }

    /// <summary>The entry's port; null for that of the last run.</summary>
    public int? Port { get; init; }

    /// <summary>The most cells.</summary>
    public required int Cells { get; init; }

    /// <summary>How many front doors.</summary>
    public int FrontDoors { get; init; } = 1;

    /// <summary>Port at which the front doors answer DNS; null: they don't.</summary>
    public int? DnsPort { get; init; }

    /// <summary>The kind of consensus store; null for that of the last run.</summary>
    public string? Consensus { get; init; }

    /// <summary>TLS, at the front doors and between processes; null: on.</summary>
    public bool? Tls { get; init; }

    /// <summary>Whether cells ask who their callers are; null: they do.</summary>
    public bool? Access { get; init; }

    /// <summary>PEM file with the front doors' certificate; null for one of the platform's own authority.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>PEM file with its private key.</summary>
    public string? TlsKey { get; init; }

    /// <summary>Each region has a network of its own.</summary>
    public bool Networks { get; init; }

    /// <summary>Post a stream of readings.</summary>
    public bool Feed { get; init; }

    /// <summary>Show where the time of the start went.</summary>
    public bool Timings { get; init; }

    /// <summary>This process is the supervisor of a detached run.</summary>
    public bool Detached { get; init; }
}
