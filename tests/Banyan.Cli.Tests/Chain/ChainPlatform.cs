using System.Text.Json;
using System.Text.RegularExpressions;
using Banyan.Cli.Output;
using Banyan.Control.Chain;
using Banyan.Control.Chain.Anchoring;
using Banyan.Control.Platform;
using Banyan.Engines.Evm.Rpc;
using Banyan.Journal.Log.Merkle;
using Banyan.Testing;

namespace Banyan.Cli.Tests.Chain;

/// <summary>A platform of three regions with its contracts on a real node, of which nothing else runs; the command is called in this process.</summary>
internal sealed partial class ChainPlatform : IAsyncDisposable
{
    private static readonly string[] Names = ["accra", "tema", "kumasi"];

    private ChainPlatform(AnvilServer node, DataFolder data, PlatformState platform) => (Node, Data, Platform) = (node, data, platform);

    public AnvilServer Node { get; }

    public DataFolder Data { get; }

    public PlatformState Platform { get; private set; }

    /// <summary>Starts a node and makes the contracts.</summary>
    public static async Task<ChainPlatform> StartAsync()
    {
        var world = await EmptyAsync();
        await using var ledger = world.Ledger("accra");
        (await ledger.DeployAsync(TestContext.Current.CancellationToken)).ShouldBeNull();
        return world;
    }

    /// <summary>Starts a node without contracts.</summary>
    public static async Task<ChainPlatform> EmptyAsync()
    {
        var data = new DataFolder(Directory.CreateTempSubdirectory("banyan-chain-command-").FullName);
        var node = await AnvilServer.StartAsync();
        var world = new ChainPlatform(node, data, State(Names) with { Chain = new ChainState { Id = AnvilServer.ChainId, Port = node.Port, EverySeconds = 10 } });
        world.Bring(world.Platform);
        return world;
    }

    /// <summary>What <c>up</c> writes of a platform, with keys for its regions.</summary>
    public void Bring(PlatformState platform)
    {
        Platform = platform.WithChainAccounts(Data);
        PlatformStateFile.Write(Data, Platform);
    }

    /// <summary>Another region with its partition, as when the blueprint has one more at the next <c>up</c>.</summary>
    public void AddRegion(string name) => Bring(State([.. Platform.Regions.Select(static r => r.Name), name]) with { Chain = Platform.Chain });

    /// <summary>The chain as a region's keeper sees it; with the key that it has now.</summary>
    public ChainLedger Ledger(string region) => new(Platform, region, Data, new EvmClient(EvmClientOptions.For(Node.Address, (ulong)AnvilServer.ChainId)), TimeProvider.System);

    /// <summary>Anchors as a region's keeper; why not, null where it did.</summary>
    public async Task<string?> AnchorAsync(string region, string partition, long size)
    {
        await using var ledger = Ledger(region);
        return await ledger.AnchorAsync(partition, Head(size), TestContext.Current.CancellationToken);
    }

    /// <summary>A checkpoint that nobody looks into.</summary>
    public static LogHead Head(long size) => new(size, new MerkleHash([.. Enumerable.Repeat((byte)size, 32)]));

    /// <summary>Calls the command; what it gave.</summary>
    public async Task<CommandAnswer> TryAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync([.. arguments, "--data", Data.Root], new Terminal(output, error, colourOut: false, colourError: false), TimeProvider.System);
        return new CommandAnswer(exit, output.ToString(), error.ToString());
    }

    /// <summary>Calls the command, which must succeed; its answer.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var answer = await TryAsync(arguments);
        answer.Exit.ShouldBe(0, answer.ToString());
        return answer.Out;
    }

    /// <summary>The same, by its JSON.</summary>
    public async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        using var json = JsonDocument.Parse(await RunAsync([.. arguments, "--format", "json"]));
        return json.RootElement.Clone();
    }

    /// <summary>Calls the command, which must refuse in one line; that line, with an organisation's account left out.</summary>
    public async Task<string> RefusedAsync(params string[] arguments)
    {
        var answer = await TryAsync(arguments);
        (answer.Exit, answer.Out).ShouldBe((2, ""), answer.ToString());
        var line = answer.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        return Account().Replace(line["banyan: ".Length..], static m => m.Groups[1].Value + "(0x…)");
    }

    /// <summary>Has a proposal approved by so many more, and carried out.</summary>
    public async Task DecideAsync(long id, params string[] organisations)
    {
        foreach (var organisation in organisations)
            await RunAsync("chain", "approve", $"{id}", "--as", organisation);
        await RunAsync("chain", "execute", $"{id}", "--as", organisations[0], "--yes");
    }

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        Directory.Delete(Data.Root, recursive: true);
    }

    [GeneratedRegex("(organisation [a-z]+ )\\(0x[0-9a-fA-F]{40}\\)")]
    private static partial Regex Account();

    private static PlatformState State(IReadOnlyList<string> names) => new()
    {
        Platform = "kai",
        InstanceId = "0123456789abcdef",
        EntryPort = FreePort.Take(),
        Regions = [.. names.Select(static n => new RegionState { Name = n, Tier = "core", CellPort = 1, KeeperPort = 1 })],
        Partitions = [.. names.Select(static n => new PartitionState { Name = n, Primary = n, Databases = [new DatabaseState { Region = n, Port = 1 }] })],
    };
}

/// <summary>What a command gave.</summary>
internal sealed record CommandAnswer(int Exit, string Out, string Error);
