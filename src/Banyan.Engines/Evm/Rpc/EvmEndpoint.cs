namespace Banyan.Engines.Evm.Rpc;

/// <summary>Where a node listens for JSON-RPC over HTTP. Immutable.</summary>
/// <param name="Address">An http or https address.</param>
public sealed record EvmEndpoint(Uri Address)
{
    /// <summary>The value of an <c>Authorization</c> header, such as <c>Bearer …</c>; it is never logged. Over http it can be read on the way.</summary>
    public string? Authorization { get; init; }

    /// <summary>Sets up its connections, such as a client certificate.</summary>
    public Action<SocketsHttpHandler>? Configure { get; init; }

    /// <summary>How messages name it: without what may be a secret in its path or query.</summary>
    internal string Name => $"{Address.Host}:{Address.Port}";

    public override string ToString() => Name;
}
