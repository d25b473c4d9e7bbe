using System.Collections.Frozen;
using System.Numerics;
using Banyan.Control.Chain.Contracts;
using Banyan.Control.Chain.Deploying;
using Banyan.Control.Chain.Keys;
using Banyan.Control.Platform;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Signing;

namespace Banyan.Control.Chain.Governing;

/// <summary>
/// What the organisations behind a platform decide together on its chain: reads how it stands, proposes, approves, carries out, pauses. Everything throws
/// <see cref="ChainException"/> where it can't be done. Thread-safe; begins with <see cref="ConnectAsync"/>.
/// </summary>
public sealed partial class GovernanceDesk : IAsyncDisposable
{
    /// <summary>Where a proxy keeps the address of its code (ERC-1967): keccak256("eip1967.proxy.implementation") - 1.</summary>
    private const string CodeSlot = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";

    private readonly PlatformState _platform;
    private readonly DataFolder _data;
    private readonly TimeProvider _time;
    private readonly ChainLink _link;
    private readonly ContractBook _contracts;
    private AccountNames _names;
    private RevertWords _reverts;

    private GovernanceDesk(PlatformState platform, DataFolder data, ChainLink link, ContractBook contracts, TimeProvider time)
    {
        (_platform, _data, _link, _contracts, _time) = (platform, data, link, contracts, time);
        _names = new AccountNames(platform, contracts, FrozenDictionary<EvmAddress, string>.Empty);
        _reverts = new RevertWords(contracts, _names);
    }

    /// <summary>Connects, and reads who takes part.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="data">Where the keys of the accounts are that are used from here.</param>
    /// <param name="patience">How long all transactions of one act may take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ChainException">The platform has no chain, the chain does not answer, or the contracts are not there.</exception>
    public static async Task<GovernanceDesk> ConnectAsync(PlatformState platform, DataFolder data, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(platform);
        if (platform.Chain is not { Contracts: { } addresses } chain)
            throw new ChainException($"platform {platform.Platform} has no chain: its blueprint has no chain: {{ anchoring: {{ every: 10s }} }}");
        platform = platform with { Chain = chain with { Accounts = [.. chain.Accounts.Select(a => ChainKeys.Present(data, a))] } };
        var artifacts = ContractArtifacts.Load() ?? throw new ChainException(ContractArtifacts.Missing);
        var desk = new GovernanceDesk(platform, data, new ChainLink(chain, patience, time), new ContractBook(addresses, artifacts), time);
        try
        {
            await desk.ReadNamesAsync(cancellationToken);
            return desk;
        }
        catch
        {
            await desk.DisposeAsync();
            throw;
        }
    }

    /// <summary>How everything stands.</summary>
    /// <exception cref="ChainException">The chain does not answer.</exception>
    public async Task<GovernanceStatus> StatusAsync(CancellationToken cancellationToken)
    {
        await ReadNamesAsync(cancellationToken);
        var height = _link.Client.GetBlockNumberAsync(cancellationToken);
        // Asked at once, and given to the node together.
        var (paused, threshold, needed) = (Ask(_contracts.Organisations, "paused"), Ask(_contracts.Organisations, "threshold"), Ask(_contracts.Approvals, "neededFor", DeploymentPlan.Failover));
        var code = _contracts.All.Select(c => CodeOfAsync(c.Address, cancellationToken)).ToList();
        var organisations = (await MembersAsync(cancellationToken)).Select(m => OrganisationAsync(m.Account, m.Name)).ToList();
        var keepers = _platform.Chain!.Accounts.Select(KeeperAsync).ToList();
        var writers = await Task.WhenAll(keepers);
        var logs = await Task.WhenAll(_platform.Partitions.Select(p => LogAsync(p.Name, writers)));
        var open = (await ProposalsAsync(all: false, int.MaxValue, null, cancellationToken)).Count;
        var standing = new GovernanceStatus
        {
            ChainId = _platform.Chain.Id,
            Height = (long)ChainLink.Must(await height),
            Paused = (bool)(await paused)[0],
            Threshold = Number((await threshold)[0]),
            FailoverNeeds = Number((await needed)[0]),
            Contracts = [.. _contracts.All.Zip(await Task.WhenAll(code)).Select(static c => new ContractStanding(c.First.Word, c.First.Address.ToString(), c.Second))],
            Organisations = await Task.WhenAll(organisations),
            Keepers = [.. writers.Select(static w => w.Standing)],
            Logs = logs,
            OpenProposals = open,
            Tasks = [],
        };
        return standing with { Tasks = GovernanceTasks.Of(standing) };

        Task<object[]> Ask(ContractEntry contract, string function, params IReadOnlyList<object> arguments) => _link.AskAsync(contract, function, arguments, cancellationToken);

        async Task<OrganisationStanding> OrganisationAsync(EvmAddress account, string name)
        {
            var has = await Task.WhenAll(AccountNames.Roles.Select(async r => (Role: r, Has: (bool)(await Ask(_contracts.Organisations, "hasRole", AccountNames.Role(r)!.Value, account))[0])));
            return new OrganisationStanding(name, account.ToString(), [.. has.Where(static h => h.Has).Select(static h => h.Role)], KeyOf(name) == account);
        }

        async Task<(KeeperStanding Standing, IReadOnlySet<string> Writes)> KeeperAsync(ChainAccount account)
        {
            var keeper = EvmAddress.Parse(account.Keeper);
            var mayCarryOut = Ask(_contracts.Organisations, "hasRole", DeploymentPlan.Operator, keeper);
            var writes = await Task.WhenAll(_platform.Partitions.Select(async p => (p.Name, May: (bool)(await Ask(_contracts.Anchors, "isWriter", DeploymentPlan.LogId(_platform.Platform, p.Name), keeper))[0])));
            var may = writes.Where(static w => w.May).Select(static w => w.Name).ToFrozenSet(StringComparer.Ordinal);
            return (new KeeperStanding(account.Region, account.Keeper, (bool)(await mayCarryOut)[0], may.Count), may);
        }

        async Task<AnchoredLog> LogAsync(string partition, IReadOnlyList<(KeeperStanding Standing, IReadOnlySet<string> Writes)> keeping)
        {
            var log = DeploymentPlan.LogId(_platform.Platform, partition);
            var (count, forks, newest) = (Ask(_contracts.Anchors, "count", log), Ask(_contracts.Anchors, "forks", log), Ask(_contracts.Anchors, "newest", log));
            var anchor = (object[])(await newest)[0];
            var size = (long)(BigInteger)anchor[1];
            return new AnchoredLog(
                partition, Number((await count)[0]), size > 0 ? size : null, size > 0 ? (long)(BigInteger)anchor[2] : null, Number((await forks)[0]),
                [.. keeping.Where(k => k.Writes.Contains(partition)).Select(static k => k.Standing.Region)]);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private static int Number(object value) => (BigInteger)value is var number && number > int.MaxValue ? int.MaxValue : (int)number;

    private async Task<IReadOnlyList<(EvmAddress Account, string Name)>> MembersAsync(CancellationToken cancellationToken)
    {
        var accounts = ((object[])(await _link.AskAsync(_contracts.Organisations, "members", [], cancellationToken))[0]).Cast<EvmAddress>().ToList();
        return await Task.WhenAll(accounts.Select(async a => (a, AccountNames.Text(_platform, (byte[])(await _link.AskAsync(_contracts.Organisations, "nameOf", [a], cancellationToken))[0]))));
    }

    private async Task ReadNamesAsync(CancellationToken cancellationToken)
    {
        _names = new AccountNames(_platform, _contracts, (await MembersAsync(cancellationToken)).ToFrozenDictionary(static m => m.Account, static m => m.Name));
        _reverts = new RevertWords(_contracts, _names);
    }

    private async Task<string?> CodeOfAsync(EvmAddress proxy, CancellationToken cancellationToken)
    {
        var answer = await _link.Client.RequestAsync("eth_getStorageAt", w =>
        {
            w.WriteStringValue(proxy.ToString());
            w.WriteStringValue(CodeSlot);
            w.WriteStringValue("latest");
        }, cancellationToken);
        return answer.Ok && answer.Value.GetString() is { Length: 66 } word && EvmAddress.TryParse(string.Concat("0x", word.AsSpan(26)), out var code) ? code.ToString() : null;
    }

    /// <summary>The account of the key that this folder has for an organisation; null where it has none.</summary>
    private EvmAddress? KeyOf(string organisation)
    {
        if (!ChainKeys.Has(_data, organisation))
            return null;
        using var key = ChainKeys.Organisation(_data, organisation);
        return key.Address;
    }

    /// <summary>An organisation's key.</summary>
    private PrivateKeySigner Key(string organisation)
    {
        if (!ChainKeys.Has(_data, organisation))
            throw new ChainException($"this folder has no key of an organisation '{organisation}': it has {string.Join(", ", ChainKeys.Organisations(_data))} (--data names another folder)");
        return ChainKeys.Organisation(_data, organisation);
    }
}
