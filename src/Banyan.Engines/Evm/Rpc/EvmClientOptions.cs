namespace Banyan.Engines.Evm.Rpc;

/// <summary>How a chain's nodes are asked. Immutable.</summary>
public sealed record EvmClientOptions
{
    /// <summary>Nodes, the preferred first; at least one.</summary>
    public required IReadOnlyList<EvmEndpoint> Endpoints { get; init; }

    /// <summary>The chain: a node of another is not believed.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>The hash of block 0, where it is known: a chain of the same id that was begun anew is not believed either.</summary>
    public EvmHash? GenesisHash { get; init; }

    /// <summary>How long a request may take, connecting included; 10 s by default.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest answer that is read; 32 MiB by default.</summary>
    public int MaxResponseBytes { get; init; } = 32 << 20;

    /// <summary>Requests that are under way to one endpoint at a time; what comes meanwhile goes together in the next. 4 by default.</summary>
    public int MaxInFlight { get; init; } = 4;

    /// <summary>Calls that go in one request at most; 1 where a node takes no batches. 100 by default.</summary>
    public int MaxBatch { get; init; } = 100;

    /// <summary>Calls that wait at most for an endpoint; more are refused. 20,000 by default.</summary>
    public int MaxWaiting { get; init; } = 20_000;

    /// <summary>How long an endpoint is left alone at first after it failed; doubled with each further failure, up to <see cref="LongestBreak"/>. 1 s by default.</summary>
    public TimeSpan FirstBreak { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an endpoint is left alone at most; 30 s by default.</summary>
    public TimeSpan LongestBreak { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Options for one node.</summary>
    public static EvmClientOptions For(Uri node, ulong chainId) => new() { Endpoints = [new EvmEndpoint(node)], ChainId = chainId };

    /// <summary>Why these options can't be; null where they can.</summary>
    internal string? Problem()
    {
        if (Endpoints.Count is 0 or > 30)
            return $"a chain has 1 to 30 endpoints, not {Endpoints.Count}";
        if (Endpoints.FirstOrDefault(static e => e.Address.Scheme is not ("http" or "https")) is { } other)
            return $"endpoint {other.Name}: only http and https are spoken, not {other.Address.Scheme}";
        if (Timeout <= TimeSpan.Zero || FirstBreak <= TimeSpan.Zero || LongestBreak < FirstBreak)
            return "Timeout, FirstBreak and LongestBreak are longer than nothing, and the longest break is no shorter than the first";
        return MaxResponseBytes < 1024 || MaxInFlight < 1 || MaxBatch < 1 || MaxWaiting < 1 ? "MaxResponseBytes is at least 1024, the other limits at least 1" : null;
    }
}
