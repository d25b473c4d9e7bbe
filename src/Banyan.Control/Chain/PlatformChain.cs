using Banyan.Control.Chain.Deploying;
using Banyan.Control.Chain.Keys;
using Banyan.Control.Platform;

namespace Banyan.Control.Chain;

/// <summary>A platform's accounts and contracts, as <c>up</c> sees to them before anything is started.</summary>
public static class PlatformChain
{
    /// <summary>Makes the keys that are missing, and says where the contracts will be. Touches no chain.</summary>
    /// <returns>The platform with its accounts; as it is where it has no chain.</returns>
    /// <exception cref="PlatformException">A key can't be made, or can't be used.</exception>
    public static PlatformState WithChainAccounts(this PlatformState platform, DataFolder data)
    {
        ArgumentNullException.ThrowIfNull(platform);
        if (platform.Chain is not { } chain)
            return platform;
        using var deployer = ChainKeys.Deployer(data);
        return platform with
        {
            Chain = chain with
            {
                Contracts = chain.Contracts ?? DeploymentPlan.AddressesOf(deployer.Address),
                Accounts = [.. platform.Regions.Select(r => AccountOf(data, r.Name))],
            },
        };
    }

    private static ChainAccount AccountOf(DataFolder data, string region)
    {
        using var keeper = ChainKeys.Keeper(data, region);
        using var organisation = ChainKeys.Organisation(data, region);
        return new ChainAccount(region, keeper.Address.ToString(), organisation.Address.ToString());
    }
}
