using System.Globalization;
using System.Text;
using Banyan.Cli.Output;
using Banyan.Control.Chain;
using Banyan.Control.Chain.Anchoring;
using Banyan.Control.Chain.Contracts;
using Banyan.Control.Chain.Keys;
using Banyan.Control.Platform;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Sending;
using Banyan.Engines.Signing;
using Banyan.Journal;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Anchors;
using Banyan.Journal.Log.Leaves;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Proofs;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Trust;
using Banyan.Testing;

namespace Banyan.Cli.Tests.Verify;

/// <summary>A log in a folder, with real signatures and the platform's contracts on a real node. Its anchors are those that are asked for.</summary>
public sealed class AnchoredLog : IAsyncDisposable
{
    private const string Partition = "north";

    private readonly SigningKey _north = SigningKey.Generate();
    private readonly SigningKey _south = SigningKey.Generate();
    private readonly PlatformState _platform;
    private readonly ChainLedger _ledger;
    private readonly List<MerkleHash> _roots = [MerkleHasher.EmptyRoot];

    private AnchoredLog(AnvilServer node, DataFolder data, int size)
    {
        Node = node;
        Data = data;
        _platform = new PlatformState
        {
            Platform = "kai",
            InstanceId = Guid.NewGuid().ToString("N"),
            EntryPort = 20000,
            Regions = [Region(Partition, 20001), Region("south", 20003)],
            Partitions = [new PartitionState { Name = Partition, Primary = Partition, Databases = [new DatabaseState { Region = Partition, Port = 20005 }] }],
            Objectives = [],
            Chain = new ChainState { Id = AnvilServer.ChainId, Port = node.Port, EverySeconds = 10 },
        };
        _platform = _platform.WithChainAccounts(data);
        _ledger = new ChainLedger(_platform, Partition, data, Client(), TimeProvider.System);
        Entries = [.. Enumerable.Range(1, size).Select(static i => new JournalEntry(i, 1, new Guid(i, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 1), new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddSeconds(i), Partition, "climate", "banyan.climate.rain.v1", null, "application/json", $"{{\"mm\":{i}}}", null) { Salt = new Guid(i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), Actor = "anonymous" })];
        Grow();
        File.WriteAllBytes(KeysFile, Keys.ToJson());
    }

    public static string Origin => LogNames.Origin("kai", Partition);

    public AnvilServer Node { get; }

    public DataFolder Data { get; }

    public IReadOnlyList<JournalEntry> Entries { get; }

    public string Folder => Path.Combine(Data.Root, "objects", "log", Origin);

    public string KeysFile => Path.Combine(Data.Root, "keys.json");

    public string Evidence => Path.Combine(Folder, "anchors.json");

    public AnchorContract Contract => Keys.Anchors!;

    public LogKeys Keys => new()
    {
        Platform = "kai",
        Quorum = 1,
        Logs = [new LogWriters(Origin, Partition, [new LogParty(Partition, NoteSigner.OfLog(Origin, _north).Key)])],
        Witnesses = [new LogParty("south", Witness.Key)],
        Anchors = new AnchorContract(AnvilServer.ChainId, _platform.Chain!.Contracts!.Anchors),
    };

    private NoteSigner Witness => NoteSigner.OfWitness("banyan/kai/south/witness", _south, TimeProvider.System);

    /// <summary>A log of a size, its newest checkpoint of that size, and the contracts on the chain.</summary>
    public static async Task<AnchoredLog> StartAsync(int size, params IReadOnlyList<int> anchors)
    {
        var log = new AnchoredLog(await AnvilServer.StartAsync(), new DataFolder(Directory.CreateTempSubdirectory("banyan-anchored-").FullName), size);
        (await log._ledger.DeployAsync(TestContext.Current.CancellationToken)).ShouldBeNull();
        log.Show(size);
        foreach (var anchor in anchors)
            await log.AnchorAsync(anchor);
        return log;
    }

    public EvmClient Client() => new(EvmClientOptions.For(Node.Address, (ulong)AnvilServer.ChainId));

    /// <summary>Anchors the log as it was at a size.</summary>
    public Task AnchorAsync(int size) => AnchorAsync(size, _roots[size]);

    /// <summary>Anchors whatever.</summary>
    public async Task AnchorAsync(int size, MerkleHash root) => (await _ledger.AnchorAsync(Partition, new LogHead(size, root), TestContext.Current.CancellationToken)).ShouldBeNull();

    /// <summary>Deploys again, as keepers do on a chain that was reset.</summary>
    public async Task DeployAsync() => (await _ledger.DeployAsync(TestContext.Current.CancellationToken)).ShouldBeNull();

    /// <summary>One of the organisations stops the contracts.</summary>
    public async Task PauseAsync()
    {
        using var guardian = ChainKeys.Organisation(Data, "south");
        await using var client = Client();
        await using var sender = (await TransactionSender.OpenAsync(client, guardian, cancellationToken: TestContext.Current.CancellationToken)).Value;
        var data = ContractArtifacts.Load()!["Organisations"].Abi.Function("pause").Encode("a key was stolen");
        (await sender.SendAndWaitAsync(new EvmRequest { To = EvmAddress.Parse(_platform.Chain!.Contracts!.Organisations), Data = data }, TestContext.Current.CancellationToken)).Value.Succeeded.ShouldBeTrue();
    }

    /// <summary>Publishes the checkpoint of a size.</summary>
    public void Show(int size) => File.WriteAllBytes(Path.Combine(Folder, FolderTileSource.CheckpointName), Checkpoint(size).ToBytes());

    /// <summary>Writes the evidence of an anchor beside the log.</summary>
    public async Task KeepEvidenceAsync(int size) => await File.WriteAllBytesAsync(Evidence, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes([AnchorEvidenceJson.Of(await ProveAsync(size))], AnchorJson.Default.ListAnchorEvidenceJson), TestContext.Current.CancellationToken);

    /// <summary>An auditor's file of an entry, with the first anchor that covers it.</summary>
    public async Task<AuditProof> ProofAsync(int position, int checkpoint, int? anchor)
    {
        var stop = TestContext.Current.CancellationToken;
        var source = new FolderTileSource(Folder);
        var leaf = EntryLeaf.Of(Entries[position - 1]);
        return new AuditProof
        {
            Entry = Entries[position - 1],
            Leaf = Encoding.UTF8.GetString(leaf),
            Proof = new TlogProof(position - 1, await new TileTree(source, checkpoint).InclusionAsync(position - 1, stop), Checkpoint(checkpoint)) { Extra = leaf },
            Keys = Keys,
            Anchor = anchor is { } size ? new AnchoredEntry(await ProveAsync(size), await new TileTree(source, size).InclusionAsync(position - 1, stop)) : null,
        };
    }

    /// <summary>Runs <c>banyan</c>.</summary>
    public static async Task<(int Exit, string Out, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        var exit = await CommandLine.RunAsync(arguments, new Terminal(output, error, colourOut: false, colourError: false), TimeProvider.System);
        return (exit, output.ToString(), error.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        await Node.DisposeAsync();
        _north.Dispose();
        _south.Dispose();
        Directory.Delete(Data.Root, recursive: true);
    }

    private static RegionState Region(string name, int port) => new() { Name = name, Tier = "core", CellPort = port, KeeperPort = port + 1 };

    private SignedNote Checkpoint(int size) => SignedNote.Sign(new Checkpoint(Origin, size, _roots[size]).Text, NoteSigner.OfLog(Origin, _north), Witness);

    private async Task<AnchorEvidence> ProveAsync(int size)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var client = Client();
        var chain = new AnchorReader(client, Contract);
        var anchor = (await chain.OfSizeAsync(Origin, size, stop)).Value.ShouldNotBeNull();
        return (await chain.ProveAsync(Origin, anchor, stop)).Value;
    }

    /// <summary>Writes tiles and bundles, and notes the root of every size.</summary>
    private void Grow()
    {
        var range = new CompactRange();
        var tiles = new Dictionary<(int Level, long Index), List<byte>>();
        var leaves = Entries.Select(EntryLeaf.Of).ToList();
        foreach (var leaf in leaves)
        {
            range.Append(MerkleHasher.HashLeaf(leaf), (int level, long index, in MerkleHash hash) =>
            {
                if (level % 8 != 0)
                    return;
                var id = (level / 8, index / TileId.FullWidth);
                if (!tiles.TryGetValue(id, out var tile))
                    tiles[id] = tile = [];
                tile.AddRange(hash.ToArray());
            });
            _roots.Add(range.Root);
        }

        // Partial tiles of every width, as a server that has been asked at each size would have them.
        foreach (var size in Enumerable.Range(1, leaves.Count))
        {
            foreach (var id in TileId.Of(size))
            {
                Write(id, [.. tiles[(id.Level, id.Index)].Take(id.Width * MerkleHash.Length)]);
                if (id.Level == 0)
                    Write(id with { Level = TileId.Entries }, EntryBundle.Encode([.. leaves.Skip((int)id.Index * TileId.FullWidth).Take(id.Width).Select(static l => (ReadOnlyMemory<byte>)l)]));
            }
        }
    }

    private void Write(TileId id, byte[] bytes)
    {
        var file = Path.Combine(Folder, id.Path);
        if (File.Exists(file))
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, bytes);
    }
}
