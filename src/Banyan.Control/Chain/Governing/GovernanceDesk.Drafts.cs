using Banyan.Control.Chain.Deploying;
using Banyan.Control.Chain.Keys;
using Banyan.Control.Platform;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Rpc;

namespace Banyan.Control.Chain.Governing;

/// <content>What can be proposed.</content>
public sealed partial class GovernanceDesk
{
    /// <summary>A name on the chain has 32 bytes; those of regions may be longer and are cut.</summary>
    private const int LongestName = 63;

    /// <summary>An organisation that is to take part, with the roles that each has from the beginning: guardian and registrar.</summary>
    /// <param name="name">Its name: lower-case letters, digits and hyphens.</param>
    /// <param name="account">Its account, see <c>Resolve</c>.</param>
    /// <exception cref="ChainException">That is no name or no account.</exception>
    public Draft AddOrganisation(string name, string account) => !ChainKeys.IsName(name) || name.Length > LongestName
        ? throw new ChainException($"'{name}' is no name of an organisation: it has 1 to {LongestName} lower-case letters, digits and hyphens")
        : Make(Newcomer(name, _names.Resolve(account)));

    /// <summary>An organisation that is to take part no more; its roles are revoked with it.</summary>
    /// <exception cref="ChainException">It takes no part, or the chain does not answer.</exception>
    public async Task<Draft> RemoveOrganisationAsync(string name, CancellationToken cancellationToken)
    {
        var account = _names.Member(name);
        return Make([.. await RolesAwayAsync(account, cancellationToken), _contracts.Organisations.Call("removeMember", account)]);
    }

    /// <summary>Another account for an organisation, such as after a theft of its key: the roles of the former go to it.</summary>
    /// <param name="name">The organisation.</param>
    /// <param name="account">The new account; null: that of the key made by <see cref="NextKey"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ChainException">It takes no part, that is no account, or the chain does not answer.</exception>
    public async Task<Draft> ReplaceOrganisationAsync(string name, string? account, CancellationToken cancellationToken)
    {
        var (from, to) = (_names.Member(name), account is null ? Next($"organisation-{name}") : _names.Resolve(account));
        if (from == to)
            throw new ChainException($"{name} goes by {to} already");
        var roles = await RolesAwayAsync(from, cancellationToken);
        var granted = roles.Select(r => _contracts.Organisations.Artifact.Abi.Function("revokeRole").TryDecodeInput(r.Data.Span, out var values, out _) ? (byte[])values[0] : []);
        return Make([_contracts.Organisations.Call("changeAccount", from, to), .. roles, .. granted.Select(r => _contracts.Organisations.Call("grantRole", EvmHash.FromBytes(r), to))]);
    }

    /// <summary>How many organisations must approve proposals from then on.</summary>
    public Draft Threshold(int approvals) => Make(_contracts.Organisations.Call("setThreshold", approvals));

    /// <summary>How many organisations must approve requests of a kind from then on.</summary>
    /// <param name="kind">The kind, such as <c>failover</c>.</param>
    /// <param name="approvals">How many.</param>
    public Draft Policy(string kind, int approvals) => Make(_contracts.Approvals.Call("setPolicy", AccountNames.Hash(kind), approvals));

    /// <summary>A role for an account, or taken from it.</summary>
    /// <exception cref="ChainException">There is no such role or account.</exception>
    public Draft Role(string role, string who, bool granted)
    {
        var hash = AccountNames.Role(role) ?? throw new ChainException($"there is no role '{role}': there are {string.Join(", ", AccountNames.Roles)}");
        return Make(_contracts.Organisations.Call(granted ? "grantRole" : "revokeRole", hash, _names.Resolve(who)));
    }

    /// <summary>That everything goes on after a guardian's pause.</summary>
    public Draft Resume() => Make(_contracts.Organisations.Call("unpause"));

    /// <summary>An account that may anchor a log, or may no more.</summary>
    /// <exception cref="ChainException">There is no such log or account.</exception>
    public Draft Writer(string partition, string who, bool allowed)
    {
        var (log, account) = (Log(partition), _names.Resolve(who));
        return Make(_contracts.Anchors.Call("setWriter", log, account, allowed));
    }

    /// <summary>
    /// All that the chain lacks of what this platform's regions have: their organisations with the roles that each has from the beginning, their keepers as
    /// operators and as writers of every log. For a region or partition that was added after the contracts were deployed.
    /// </summary>
    /// <exception cref="ChainException">It lacks nothing, or does not answer.</exception>
    public async Task<Draft> CompleteAsync(CancellationToken cancellationToken)
    {
        var calls = new List<ChainCall>();
        foreach (var account in _platform.Chain!.Accounts)
        {
            var (organisation, keeper) = (EvmAddress.Parse(account.Organisation), EvmAddress.Parse(account.Keeper));
            if (!_names.IsMember(account.Region) && !_names.IsMember(organisation))
                calls.AddRange(Newcomer(account.Region, organisation));
            if (!await HasRoleAsync(DeploymentPlan.Operator, keeper, cancellationToken))
                calls.Add(_contracts.Organisations.Call("grantRole", DeploymentPlan.Operator, keeper));
            foreach (var log in _platform.Partitions.Select(p => DeploymentPlan.LogId(_platform.Platform, p.Name)))
            {
                if (!await IsWriterAsync(log, keeper, cancellationToken))
                    calls.Add(_contracts.Anchors.Call("setWriter", log, keeper, true));
            }
        }

        return calls.Count > 0 ? Make(calls) : throw new ChainException("the chain has all that the platform's regions need: nothing is to be proposed");
    }

    /// <summary>
    /// Another account for a region's keeper, such as after a theft of its key: each log that the former wrote, and its role, go to the new one at once.
    /// </summary>
    /// <param name="region">The region.</param>
    /// <param name="to">The new account; null: that of the key made by <see cref="NextKey"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ChainException">There is no such region or account, nothing would change, or the chain does not answer.</exception>
    public async Task<Draft> ReplaceKeeperAsync(string region, string? to, CancellationToken cancellationToken)
    {
        var former = _names.Resolve($"keeper:{region}");
        var next = to is null ? Next($"keeper-{region}") : _names.Resolve(to);
        if (former == next)
            throw new ChainException($"the keeper of {region} goes by {next} already");
        var calls = new List<ChainCall>();
        foreach (var log in _platform.Partitions.Select(p => DeploymentPlan.LogId(_platform.Platform, p.Name)))
        {
            if (await IsWriterAsync(log, former, cancellationToken))
                calls.Add(_contracts.Anchors.Call("setWriter", log, former, false));
            if (!await IsWriterAsync(log, next, cancellationToken))
                calls.Add(_contracts.Anchors.Call("setWriter", log, next, true));
        }

        calls.AddRange(await RolesAwayAsync(former, cancellationToken));
        if (!await HasRoleAsync(DeploymentPlan.Operator, next, cancellationToken))
            calls.Add(_contracts.Organisations.Call("grantRole", DeploymentPlan.Operator, next));
        return calls.Count > 0 ? Make(calls) : throw new ChainException($"{_names.Of(next)} has all that a keeper needs already");
    }

    /// <summary>Other code for a contract.</summary>
    /// <param name="contract">The contract: organisations, anchors, identities or approvals.</param>
    /// <param name="code">Where the code is; see <see cref="DeployAsync"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ChainException">There is no such contract, or no code there.</exception>
    public async Task<Draft> UpgradeAsync(string contract, string code, CancellationToken cancellationToken)
    {
        var (entry, address) = (Entry(contract), EvmAddress.TryParse(code, out var given) ? given : throw new ChainException($"'{code}' is no address: it is 0x and 40 hex digits"));
        if (ChainLink.Must(await _link.Client.GetCodeAsync(address, BlockTag.Latest, cancellationToken)).Length == 0)
            throw new ChainException($"there is no code at {address}: banyan chain deploy {entry.Word} --as ORGANISATION makes this build's");
        return Make(entry.Call("upgradeToAndCall", address, Array.Empty<byte>()));
    }

    /// <summary>Makes the key that is to take the place of a keeper's or an organisation's, where it is not there yet.</summary>
    /// <param name="name">Which: <c>keeper-REGION</c> or <c>organisation-REGION</c>.</param>
    /// <returns>Its account.</returns>
    /// <exception cref="ChainException">There is no such key.</exception>
    public static string NextKey(PlatformState platform, DataFolder data, string name)
    {
        CheckKey(platform, data, name);
        using var key = ChainKeys.Next(data, name);
        return key.Address.ToString();
    }

    /// <summary>Puts the next key in the place of the present one.</summary>
    /// <returns>Where the former is now.</returns>
    /// <exception cref="ChainException">There is no such key, or no next one.</exception>
    public static string ReplaceKey(PlatformState platform, DataFolder data, string name)
    {
        CheckKey(platform, data, name);
        return ChainKeys.Replace(data, name) ?? throw new ChainException($"there is no next key of {name}: banyan chain key next {name} makes one");
    }

    private static void CheckKey(PlatformState platform, DataFolder data, string name)
    {
        ArgumentNullException.ThrowIfNull(platform);
        ArgumentNullException.ThrowIfNull(name);
        var known = name.StartsWith("keeper-", StringComparison.Ordinal) ? platform.FindRegion(name["keeper-".Length..]) is not null
            : name.StartsWith("organisation-", StringComparison.Ordinal) && ChainKeys.Has(data, name["organisation-".Length..]);
        if (!known)
            throw new ChainException($"there is no key '{name}': there are keeper-REGION and organisation-REGION, with the regions {string.Join(", ", platform.Regions.Select(static r => r.Name))}");
    }

    private IReadOnlyList<ChainCall> Newcomer(string name, EvmAddress account) =>
    [
        _contracts.Organisations.Call("addMember", account, DeploymentPlan.Name(name)),
        _contracts.Organisations.Call("grantRole", DeploymentPlan.Guardian, account),
        _contracts.Organisations.Call("grantRole", DeploymentPlan.Registrar, account),
    ];

    private Draft Make(params IReadOnlyList<ChainCall> calls)
    {
        var words = new CallWords(_platform, _contracts, _names);
        return new Draft(calls, [.. calls.SelectMany(c => words.Of(c.Target, c.Data.Span))]);
    }

    private ContractEntry Entry(string contract) => _contracts.Find(contract) ?? throw new ChainException($"there is no contract '{contract}': there are {string.Join(", ", _contracts.All.Select(static c => c.Word))}");

    private EvmHash Log(string partition) => _platform.FindPartition(partition) is not null ? DeploymentPlan.LogId(_platform.Platform, partition)
        : throw new ChainException($"platform {_platform.Platform} has no partition '{partition}': it has {string.Join(", ", _platform.Partitions.Select(static p => p.Name))}");

    private EvmAddress Next(string name)
    {
        if (!ChainKeys.HasNext(_data, name))
            throw new ChainException($"there is no next key of {name}: banyan chain key next {name} makes one, or say the account");
        using var key = ChainKeys.Next(_data, name);
        return key.Address;
    }

    private async Task<bool> IsWriterAsync(EvmHash log, EvmAddress account, CancellationToken cancellationToken) => (bool)(await _link.AskAsync(_contracts.Anchors, "isWriter", [log, account], cancellationToken))[0];

    private async Task<bool> HasRoleAsync(EvmHash role, EvmAddress account, CancellationToken cancellationToken) => (bool)(await _link.AskAsync(_contracts.Organisations, "hasRole", [role, account], cancellationToken))[0];

    /// <summary>The calls that take every role of an account away.</summary>
    private async Task<IReadOnlyList<ChainCall>> RolesAwayAsync(EvmAddress account, CancellationToken cancellationToken)
    {
        var calls = new List<ChainCall>();
        foreach (var role in AccountNames.Roles.Select(static r => AccountNames.Role(r)!.Value))
        {
            if (await HasRoleAsync(role, account, cancellationToken))
                calls.Add(_contracts.Organisations.Call("revokeRole", role, account));
        }

        return calls;
    }
}
