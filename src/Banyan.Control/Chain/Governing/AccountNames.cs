using System.Text;
using Banyan.Control.Chain.Deploying;
using Banyan.Control.Platform;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Hashing;

namespace Banyan.Control.Chain.Governing;

/// <summary>What accounts, roles, logs and names on the chain are called by people. Immutable.</summary>
/// <param name="platform">The platform, with its chain.</param>
/// <param name="contracts">Its contracts.</param>
/// <param name="members">The organisations that take part, as the chain has them.</param>
internal sealed class AccountNames(PlatformState platform, ContractBook contracts, IReadOnlyDictionary<EvmAddress, string> members)
{
    private static readonly (string Name, EvmHash Role)[] Known = [("guardian", DeploymentPlan.Guardian), ("registrar", DeploymentPlan.Registrar), ("operator", DeploymentPlan.Operator)];

    /// <summary>The names of roles.</summary>
    public static IEnumerable<string> Roles => Known.Select(static k => k.Name);

    /// <summary>A role by name; null where there is none.</summary>
    public static EvmHash? Role(string name) => Known.Where(k => k.Name == name).Select(static k => (EvmHash?)k.Role).FirstOrDefault();

    /// <summary>A role's name.</summary>
    public static string RoleName(EvmHash role) => Known.FirstOrDefault(k => k.Role == role).Name ?? $"role {role}";

    /// <summary>An account with its name where it has one: <c>the keeper of accra (0x…)</c>.</summary>
    public string Of(EvmAddress account)
    {
        var name = contracts.TryFind(account, out var contract) ? $"the contract {contract.Word}"
            : members.TryGetValue(account, out var member) ? $"the organisation {member}"
            : platform.Chain!.Accounts.FirstOrDefault(a => a.Keeper == account.ToString()) is { } keeper ? $"the keeper of {keeper.Region}"
            : platform.Chain.Accounts.FirstOrDefault(a => a.Organisation == account.ToString()) is { } former ? $"the key of {former.Region}'s organisation here"
            : null;
        return name is null ? account.ToString() : $"{name} ({account})";
    }

    /// <summary>A short name: the organisation's alone where the account is one.</summary>
    public string Short(EvmAddress account) => members.TryGetValue(account, out var member) ? member : Of(account);

    /// <summary>A log by its name on the chain: its partition where it is one of the platform's.</summary>
    public string Log(EvmHash log) => platform.Partitions.FirstOrDefault(p => DeploymentPlan.LogId(platform.Platform, p.Name) == log) is { } found ? found.Name : log.ToString();

    /// <summary>A kind of request by its name on the chain.</summary>
    public static string Kind(EvmHash kind) => kind == DeploymentPlan.Failover ? "failover" : $"of kind {kind}";

    /// <summary>An organisation's name from its 32 bytes; a name that was cut is known by the platform's regions.</summary>
    public static string Text(PlatformState platform, ReadOnlySpan<byte> name)
    {
        foreach (var region in platform.Regions)
        {
            if (name.SequenceEqual(DeploymentPlan.Name(region.Name)))
                return region.Name;
        }

        // Others than this program may have given names that are no text: nothing of them may reach a terminal.
        var text = Encoding.UTF8.GetString(name).TrimEnd('\0');
        return text.Length > 0 && text.All(static c => !char.IsControl(c) && c != '\uFFFD') ? text : HexText.Of(name);
    }

    /// <summary>The account that people mean: <c>0x…</c>, <c>keeper:REGION</c>, <c>organisation:REGION</c>, or the name of an organisation that takes part.</summary>
    /// <exception cref="ChainException">None is meant by it.</exception>
    public EvmAddress Resolve(string who)
    {
        if (who.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return EvmAddress.TryParse(who, out var given) && given != EvmAddress.Zero ? given : throw new ChainException($"'{who}' is no account: it is 0x and 40 hex digits, with the checksum of EIP-55 where cases are mixed");
        if (who.Split(':', 2) is ["keeper" or "organisation", var region])
        {
            var account = platform.Chain!.Accounts.FirstOrDefault(a => a.Region == region) ?? throw new ChainException($"there is no region '{region}': there are {string.Join(", ", platform.Regions.Select(static r => r.Name))}");
            return EvmAddress.Parse(who[0] == 'k' ? account.Keeper : account.Organisation);
        }

        return Member(who);
    }

    /// <summary>Whether an organisation of this name takes part.</summary>
    public bool IsMember(string name) => members.Values.Contains(name);

    /// <summary>Whether this account takes part.</summary>
    public bool IsMember(EvmAddress account) => members.ContainsKey(account);

    /// <summary>An organisation that takes part, by name.</summary>
    /// <exception cref="ChainException">None has it.</exception>
    public EvmAddress Member(string name)
    {
        var found = members.Where(m => m.Value == name).Select(static m => (EvmAddress?)m.Key).FirstOrDefault();
        return found ?? throw new ChainException($"no organisation '{name}' takes part: there are {string.Join(", ", members.Values.Order(StringComparer.Ordinal))}; an account is 0x…, keeper:REGION or organisation:REGION");
    }

    /// <summary>The hash of a text, as kinds and roles are made.</summary>
    public static EvmHash Hash(string text) => Keccak256.Hash(Encoding.UTF8.GetBytes(text));
}
