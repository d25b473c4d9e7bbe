using System.Globalization;
using System.Text.Json;
using Banyan.Control.Chain.Contracts;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Hashing;
using Banyan.Engines.Evm.Rpc;
using Banyan.Testing;

namespace Banyan.Contracts.Tests;

/// <summary>A chain of its own for a class of tests, with everything deployed; each test begins with <see cref="ResetAsync"/>.</summary>
public sealed class World : IAsyncLifetime
{
    /// <summary>The organisations that take part at first, and how many of them must approve.</summary>
    internal const int Members = 4, Threshold = 3;

    private AnvilServer _server = null!;
    private string _snapshot = "";

    internal EvmClient Client { get; private set; } = null!;

    internal ContractArtifacts Artifacts { get; private set; } = null!;

    internal ContractArtifacts Attackers { get; private set; } = null!;

    internal Contract Organisations { get; private set; } = null!;

    internal Contract Anchors { get; private set; } = null!;

    internal Contract Identities { get; private set; } = null!;

    internal Contract Approvals { get; private set; } = null!;

    /// <summary>The log that has a writer from the beginning.</summary>
    internal static EvmHash Log { get; } = Hash("banyan/kai/east-africa");

    internal static EvmAddress Writer { get; } = Account(900);

    internal static EvmAddress Guardian { get; } = Account(901);

    internal static EvmAddress Registrar { get; } = Account(902);

    internal static EvmAddress Operator { get; } = Account(903);

    internal static EvmAddress Stranger { get; } = Account(904);

    internal static EvmAddress Deployer { get; } = Account(999);

    internal static EvmHash GuardianRole { get; } = Hash("banyan.guardian");

    internal static EvmHash RegistrarRole { get; } = Hash("banyan.registrar");

    internal static EvmHash OperatorRole { get; } = Hash("banyan.operator");

    internal static EvmHash Failover { get; } = Hash("failover");

    public async ValueTask InitializeAsync()
    {
        Artifacts = ContractArtifacts.Load() ?? throw new InvalidOperationException(ContractArtifacts.Missing);
        await using (var attackers = File.OpenRead(Path.Combine(SharedVectors.Repository, "artifacts", "contracts", "attackers.json")))
            Attackers = ContractArtifacts.Read(attackers);
        _server = await AnvilServer.StartAsync();
        Client = new EvmClient(EvmClientOptions.For(_server.Address, (ulong)AnvilServer.ChainId));
        Organisations = await DeployAsync("Organisations", "initialize", Accounts(), Names(), Threshold, new List<object> { GuardianRole, RegistrarRole, OperatorRole }, new List<object> { Guardian, Registrar, Operator });
        Anchors = await DeployAsync("CheckpointAnchors", "initialize", Organisations.Address, new List<object> { Log }, new List<object> { Writer });
        Identities = await DeployAsync("IdentityRegistry", "initialize", Organisations.Address);
        Approvals = await DeployAsync("Approvals", "initialize", Organisations.Address, new List<object> { Failover }, new List<object> { 3 });
        _snapshot = await SnapshotAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>Everything as it was after the deployment.</summary>
    internal async Task ResetAsync()
    {
        await AskAsync("evm_revert", _snapshot);
        _snapshot = await SnapshotAsync();
    }

    internal Task<JsonElement> AskAsync(string method, params object[] parameters) => _server.AskAsync(method, parameters);

    internal static EvmAddress Member(int number) => Account(100 + number);

    /// <summary>An account; nobody has its key, and nobody needs it here.</summary>
    internal static EvmAddress Account(int number) => EvmAddress.FromBytes(Hash(string.Create(CultureInfo.InvariantCulture, $"account {number}")).ToArray().AsSpan(12));

    internal static EvmHash Hash(string text) => Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>A name in 32 bytes, as the contracts hold it.</summary>
    internal static byte[] Name(string text)
    {
        var bytes = new byte[32];
        System.Text.Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }

    internal static List<object> Accounts() => [.. Enumerable.Range(0, Members).Select(static i => (object)Member(i))];

    internal static List<object> Names() => [.. Enumerable.Range(0, Members).Select(static i => (object)Name($"organisation-{i}"))];

    /// <summary>Deploys a contract behind a proxy that is initialised at once.</summary>
    internal async Task<Contract> DeployAsync(string name, string initializer, params IReadOnlyList<object> arguments)
    {
        var artifact = Artifacts[name];
        var code = await CreateAsync(artifact.InitCode());
        var proxy = await CreateAsync(Artifacts["Proxy"].InitCode(code, artifact.Abi.Function(initializer).Encode(arguments)));
        return new Contract(this, proxy, artifact.Abi);
    }

    /// <summary>Deploys a contract as it is.</summary>
    internal async Task<EvmAddress> CreateAsync(byte[] initCode)
    {
        var receipt = await SendAsync(Deployer, null, initCode);
        receipt.Succeeded.ShouldBeTrue("the contract could not be made");
        return receipt.ContractAddress!.Value;
    }

    /// <summary>Sends a transaction and waits for its block, where it may have failed.</summary>
    internal async Task<EvmReceipt> SendAsync(EvmAddress from, EvmAddress? to, byte[] data)
    {
        var transaction = new Dictionary<string, string> { ["from"] = from.ToString(), ["data"] = "0x" + Convert.ToHexStringLower(data), ["gas"] = "0xe00000", ["gasPrice"] = "0x0" };
        if (to is { } called)
            transaction["to"] = called.ToString();
        var mined = await AskAsync("eth_sendTransactionSync", transaction);
        var receipt = await Client.GetReceiptAsync(EvmHash.Parse(mined.GetProperty("transactionHash").GetString()!), TestContext.Current.CancellationToken);
        return receipt.Value ?? throw new InvalidOperationException("the node has mined it, and has no receipt");
    }

    /// <summary>The time of the newest block, in seconds since 1970.</summary>
    internal async Task<long> NowAsync() => (await Client.GetBlockAsync(BlockTag.Latest, TestContext.Current.CancellationToken)).Value!.Timestamp.ToUnixTimeSeconds();

    /// <summary>Lets time pass on the chain.</summary>
    internal async Task AdvanceAsync(TimeSpan time)
    {
        await AskAsync("evm_increaseTime", (long)time.TotalSeconds);
        await AskAsync("evm_mine");
    }

    /// <summary>Lets the organisations do something: proposed by the first, approved by as many as are needed.</summary>
    internal async Task DecideAsync(EvmAddress target, byte[] data)
    {
        var id = await ProposeAsync(Member(0), target, data);
        for (var i = 1; i < Threshold; i++)
            await Organisations.DoAsync(Member(i), "approve", id);
        await Organisations.DoAsync(Member(0), "execute", id, target, data);
    }

    /// <summary>Proposes with a deadline a day away; the proposal's number.</summary>
    internal async Task<long> ProposeAsync(EvmAddress by, EvmAddress target, byte[] data)
    {
        await Organisations.DoAsync(by, "propose", target, data, await NowAsync() + 86_400);
        return await Organisations.NumberAsync("proposalCount");
    }

    private async Task<string> SnapshotAsync() => (await AskAsync("evm_snapshot")).GetString()!;
}
