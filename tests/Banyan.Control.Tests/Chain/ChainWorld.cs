using Banyan.Control.Chain;
using Banyan.Control.Chain.Anchoring;
using Banyan.Control.Platform;
using Banyan.Engines.Evm.Rpc;
using Banyan.Testing;

namespace Banyan.Control.Tests.Chain;

/// <summary>A platform with accounts of its own on a real node.</summary>
internal sealed class ChainWorld : IAsyncDisposable
{
    private ChainWorld(AnvilServer node, DataFolder data, PlatformState platform) => (Node, Data, Platform) = (node, data, platform);

    public AnvilServer Node { get; }

    public DataFolder Data { get; }

    public PlatformState Platform { get; }

    public static async Task<ChainWorld> StartAsync()
    {
        var data = new DataFolder(Directory.CreateTempSubdirectory("banyan-chain-").FullName);
        var node = await AnvilServer.StartAsync();
        var state = TestPlatform.State() with { Chain = new ChainState { Id = AnvilServer.ChainId, Port = node.Port, EverySeconds = 10 } };
        return new ChainWorld(node, data, state.WithChainAccounts(data));
    }

    public ChainLedger Ledger(long? id = null) => new(Platform, "east", Data, Client(id), TimeProvider.System);

    public EvmClient Client(long? id = null) => new(new EvmClientOptions { Endpoints = [new EvmEndpoint(Node.Address)], ChainId = (ulong)(id ?? AnvilServer.ChainId), Timeout = TimeSpan.FromSeconds(30) });

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        Directory.Delete(Data.Root, recursive: true);
    }
}
