using System.Text;
using Banyan.Control.Chain.Contracts;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Hashing;
using Banyan.Journal.Log;

namespace Banyan.Control.Chain.Deploying;

/// <summary>
/// Which contracts a platform has, where, and set up how. The same for the same accounts: addresses follow from the deployer's account and the order,
/// so every process knows them before anything is there, and a chain that was reset gets the same ones. Pure.
/// </summary>
internal static class DeploymentPlan
{
    /// <summary>Who may pause.</summary>
    public static EvmHash Guardian { get; } = Hash("banyan.guardian");

    /// <summary>Who may enter identities.</summary>
    public static EvmHash Registrar { get; } = Hash("banyan.registrar");

    /// <summary>Who may request and carry out what was approved.</summary>
    public static EvmHash Operator { get; } = Hash("banyan.operator");

    /// <summary>The kind of a request that a partition may move.</summary>
    public static EvmHash Failover { get; } = Hash("failover");

    /// <summary>A log's name on the chain.</summary>
    public static EvmHash LogId(string platform, string partition) => Hash(LogNames.Origin(platform, partition));

    /// <summary>More than half.</summary>
    public static int Threshold(int organisations) => (organisations / 2) + 1;

    /// <summary>Where the contracts will be.</summary>
    public static ContractAddresses AddressesOf(EvmAddress deployer)
    {
        // Each contract is its code, and then its proxy.
        return new ContractAddresses(Proxy(0), Proxy(1), Proxy(2), Proxy(3));

        string Proxy(ulong contract) => EvmAddress.OfContract(deployer, (2 * contract) + 1).ToString();
    }

    /// <summary>Every contract in the order in which it is made.</summary>
    /// <param name="contracts">The compiled contracts.</param>
    /// <param name="deployer">The account that makes them.</param>
    /// <param name="platform">The platform's name.</param>
    /// <param name="partitions">Its logs.</param>
    /// <param name="accounts">The accounts of its regions.</param>
    public static IReadOnlyList<DeploymentStep> Steps(ContractArtifacts contracts, EvmAddress deployer, string platform, IReadOnlyList<string> partitions, IReadOnlyList<ChainAccount> accounts)
    {
        var steps = new List<DeploymentStep>();
        var organisations = Behind("Organisations", Organisations(contracts, accounts));
        var writers = partitions.SelectMany(_ => accounts.Select(static a => (object)EvmAddress.Parse(a.Keeper))).ToList();
        var logs = partitions.SelectMany(p => accounts.Select(_ => (object)LogId(platform, p))).ToList();
        Behind("CheckpointAnchors", contracts["CheckpointAnchors"].Abi.Function("initialize").Encode(organisations, logs, writers));
        Behind("IdentityRegistry", contracts["IdentityRegistry"].Abi.Function("initialize").Encode(organisations));
        Behind("Approvals", contracts["Approvals"].Abi.Function("initialize").Encode(organisations, new List<object> { Failover }, new List<object> { Threshold(accounts.Count) }));
        return steps;

        EvmAddress Behind(string name, byte[] initialisation)
        {
            var code = Add(name, contracts[name].InitCode());
            return Add($"{name} (proxy)", contracts["Proxy"].InitCode(code, initialisation));
        }

        EvmAddress Add(string name, byte[] initCode)
        {
            var nonce = (ulong)steps.Count;
            steps.Add(new DeploymentStep(name, nonce, EvmAddress.OfContract(deployer, nonce), initCode));
            return steps[^1].Address;
        }
    }

    /// <summary>What of it is still to be made, by what is there.</summary>
    /// <param name="steps">All of it.</param>
    /// <param name="isThere">Whether each has code at its address.</param>
    /// <param name="nonce">How many transactions the deployer's account has made.</param>
    /// <param name="problem">Why it can't be completed, in one line; null where it can.</param>
    public static IReadOnlyList<DeploymentStep> Missing(IReadOnlyList<DeploymentStep> steps, IReadOnlyList<bool> isThere, ulong nonce, out string? problem)
    {
        var missing = steps.Where((_, i) => !isThere[i]).ToList();
        // A step's transaction can only be the deployer's next: where its nonce is gone, somebody used it for something else.
        problem = missing.FirstOrDefault() is { } first && first.Nonce != nonce
            ? $"the deployer's account has made {nonce} transactions, and {first.Name} should have been number {first.Nonce + 1}: somebody else has its key. Give the platform another (remove secrets/chain/deployer.key and the contracts in platform.json)"
            : null;
        return missing;
    }

    private static byte[] Organisations(ContractArtifacts contracts, IReadOnlyList<ChainAccount> accounts)
    {
        var members = accounts.Select(static a => (object)EvmAddress.Parse(a.Organisation)).ToList();
        var names = accounts.Select(static a => (object)Name(a.Region)).ToList();
        // Each organisation may pause and enter identities; the keepers carry out what was approved.
        var roles = new List<object>();
        var holders = new List<object>();
        foreach (var account in accounts)
        {
            foreach (var (role, holder) in ((EvmHash, string)[])[(Guardian, account.Organisation), (Registrar, account.Organisation), (Operator, account.Keeper)])
                (roles, holders) = ([.. roles, role], [.. holders, EvmAddress.Parse(holder)]);
        }

        return contracts["Organisations"].Abi.Function("initialize").Encode(members, names, Threshold(accounts.Count), roles, holders);
    }

    /// <summary>32 bytes: names of regions have 63 characters at most, and the chain's names 32; a longer one is cut and told apart by its hash.</summary>
    public static byte[] Name(string region)
    {
        var bytes = new byte[32];
        var text = Encoding.ASCII.GetBytes(region);
        text.AsSpan(0, Math.Min(text.Length, 32)).CopyTo(bytes);
        if (text.Length > 32)
            Keccak256.Hash(text).ToArray().AsSpan(0, 4).CopyTo(bytes.AsSpan(28));
        return bytes;
    }

    private static EvmHash Hash(string text) => Keccak256.Hash(Encoding.UTF8.GetBytes(text));
}
