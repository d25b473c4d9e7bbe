using Banyan.Engines.Evm.Rpc;
using Banyan.Journal.Log.Anchors;
using Banyan.Journal.Log.Trust;

namespace Banyan.Cli.Verify;

/// <summary>The chain that anchors are asked of. One owner.</summary>
internal sealed class AnchorLink : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly EvmClient _client;

    private AnchorLink(EvmClient client, AnchorReader reader) => (_client, Reader) = (client, reader);

    public AnchorReader Reader { get; }

    /// <summary>Makes one; nothing is asked yet.</summary>
    /// <param name="nodes">Where the chain's nodes listen, the preferred first.</param>
    /// <param name="contract">Where the anchors are.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="CommandFailure">The contract's address is none.</exception>
    public static AnchorLink To(IReadOnlyList<Uri> nodes, AnchorContract contract, TimeProvider time)
    {
        if (!Engines.Evm.EvmAddress.TryParse(contract.Contract, out _))
            throw new CommandFailure($"the keys say that logs are anchored at '{contract.Contract}', which is no address of a contract");
        var client = new EvmClient(new EvmClientOptions { Endpoints = [.. nodes.Select(static n => new EvmEndpoint(n))], ChainId = (ulong)contract.Chain, Timeout = Patience }, time);
        return new AnchorLink(client, new AnchorReader(client, contract));
    }

    /// <summary>Reads what <c>--chain</c> takes; null where it was not given.</summary>
    /// <exception cref="CommandFailure">It is no address.</exception>
    public static Uri? Read(string? url) => url is null ? null
        : Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address
        : throw new CommandFailure($"--chain takes the JSON-RPC address of a node of the chain, such as http://localhost:8545, not '{url}'");

    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
