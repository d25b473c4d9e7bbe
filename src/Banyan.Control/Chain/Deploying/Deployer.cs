using System.Globalization;
using Banyan.Control.Chain.Contracts;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Sending;
using Banyan.Engines.Evm.Signing;

namespace Banyan.Control.Chain.Deploying;

/// <summary>Makes a platform's contracts; what is there already is left as it is, so it can be called again after anything went wrong.</summary>
internal sealed class Deployer(EvmClient client, ContractArtifacts contracts, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Makes what is missing.</summary>
    /// <returns>Why not, in one line; null where all is there.</returns>
    public async Task<string?> DeployAsync(PrivateKeySigner key, string platform, IReadOnlyList<string> partitions, IReadOnlyList<ChainAccount> accounts, CancellationToken cancellationToken)
    {
        var steps = DeploymentPlan.Steps(contracts, key.Address, platform, partitions, accounts);
        var codes = steps.Select(s => client.GetCodeAsync(s.Address, BlockTag.Latest, cancellationToken)).ToList();
        var nonce = await client.GetTransactionCountAsync(key.Address, BlockTag.Latest, cancellationToken);
        if (!nonce.Ok)
            return nonce.Error.Message;
        var isThere = new List<bool>();
        foreach (var code in codes)
        {
            var found = await code;
            if (!found.Ok)
                return found.Error.Message;
            isThere.Add(found.Value.Length > 0);
        }

        var missing = DeploymentPlan.Missing(steps, isThere, nonce.Value, out var problem);
        if (problem is not null || missing.Count == 0)
            return problem;
        var opened = await TransactionSender.OpenAsync(client, key, cancellationToken: cancellationToken);
        if (!opened.Ok)
            return opened.Error.Message;
        await using var sender = opened.Value;
        foreach (var step in missing)
        {
            if (await MakeAsync(sender, step, cancellationToken) is { } failed)
                return $"{step.Name}: {failed}";
        }

        return null;
    }

    private async Task<string?> MakeAsync(TransactionSender sender, DeploymentStep step, CancellationToken cancellationToken)
    {
        // With another nonce it would be at another address: where ours is taken, the next round sees by whom.
        var request = new EvmRequest { Id = string.Create(CultureInfo.InvariantCulture, $"deploy {step.Nonce}"), Data = step.InitCode, AgainWhenDisplaced = false };
        try
        {
            var receipt = await sender.SendAndWaitAsync(request, cancellationToken).WaitAsync(Patience, time, cancellationToken);
            if (!receipt.Ok)
                return receipt.Error.Message;
            if (!receipt.Value.Succeeded)
                return string.Create(CultureInfo.InvariantCulture, $"it could not be made in block {receipt.Value.BlockNumber}");
            return receipt.Value.ContractAddress == step.Address ? null : $"it was made at {receipt.Value.ContractAddress}, not at {step.Address}";
        }
        catch (TimeoutException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"it was in no block after {Patience.TotalSeconds:0} s");
        }
    }
}
