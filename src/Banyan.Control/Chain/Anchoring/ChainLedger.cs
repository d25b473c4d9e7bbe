using System.Globalization;
using System.Numerics;
using Banyan.Control.Chain.Contracts;
using Banyan.Control.Chain.Deploying;
using Banyan.Control.Chain.Keys;
using Banyan.Control.Platform;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Abi;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Sending;
using Banyan.Engines.Evm.Signing;
using Banyan.Journal.Log.Merkle;

namespace Banyan.Control.Chain.Anchoring;

/// <summary>The chain, over JSON-RPC. One owner calls it; what it sends at the same time, one account sends in order.</summary>
/// <param name="platform">The platform; with a chain, its accounts and its contracts' addresses.</param>
/// <param name="me">The region whose keeper this is.</param>
/// <param name="data">Where its keys are.</param>
/// <param name="client">The chain's nodes.</param>
/// <param name="time">The clock.</param>
internal sealed class ChainLedger(PlatformState platform, string me, DataFolder data, EvmClient client, TimeProvider time) : IAnchorLedger, IAsyncDisposable
{
    /// <summary>How long an anchor may take until it is in a block; it is looked for again later.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly Lazy<ContractArtifacts?> _contracts = new(ContractArtifacts.Load);
    private PrivateKeySigner? _key;
    private TransactionSender? _sender;

    private ContractAddresses Addresses => platform.Chain!.Contracts!;

    /// <inheritdoc/>
    public async Task<ChainSight> LookAsync(IReadOnlyList<string> partitions, CancellationToken cancellationToken)
    {
        if (_contracts.Value is not { } contracts)
            return new ChainSight { Problem = ContractArtifacts.Missing };
        // All are asked at once, and go to the node together.
        var height = client.GetBlockNumberAsync(cancellationToken);
        var codes = ((string[])[Addresses.Organisations, Addresses.Anchors, Addresses.Identities, Addresses.Approvals]).Select(a => client.GetCodeAsync(EvmAddress.Parse(a), BlockTag.Latest, cancellationToken)).ToList();
        if ((await height).Error is { } unreached)
            return new ChainSight { Problem = unreached.Message };
        foreach (var code in codes)
        {
            var found = await code;
            if (!found.Ok)
                return new ChainSight { Problem = found.Error.Message };
            if (found.Value.Length == 0)
                return new ChainSight { Height = (long)(await height).Value };
        }

        var paused = AskAsync(contracts["Organisations"].Abi, Addresses.Organisations, "paused", [], cancellationToken);
        var newest = partitions.Select(p => AskAsync(contracts["CheckpointAnchors"].Abi, Addresses.Anchors, "newest", [DeploymentPlan.LogId(platform.Platform, p)], cancellationToken)).ToList();
        var anchors = new Dictionary<string, ChainAnchor>(StringComparer.Ordinal);
        if ((await paused).Error is { } refused)
            return new ChainSight { Problem = refused.Message };
        for (var i = 0; i < partitions.Count; i++)
        {
            var read = await newest[i];
            if (!read.Ok)
                return new ChainSight { Problem = read.Error.Message };
            if (AnchorOf((object[])read.Value[0]) is { } anchor)
                anchors[partitions[i]] = anchor;
        }

        // Blocks may have come between the questions.
        var seen = Math.Max((long)(await height).Value, anchors.Values.Select(static a => a.Block).DefaultIfEmpty().Max());
        return new ChainSight { Height = seen, Deployed = true, Paused = (bool)(await paused).Value[0], Newest = anchors };
    }

    /// <inheritdoc/>
    public async Task<string?> DeployAsync(CancellationToken cancellationToken)
    {
        if (_contracts.Value is not { } contracts)
            return ContractArtifacts.Missing;
        await CloseSenderAsync();
        try
        {
            using var key = ChainKeys.Deployer(data);
            await FundAsync([key.Address.ToString(), .. platform.Chain!.Accounts.SelectMany(static a => (string[])[a.Keeper, a.Organisation])], cancellationToken);
            if (DeploymentPlan.AddressesOf(key.Address) != Addresses)
                return "the deployer's key is not the one that platform.json has the contracts' addresses from; restore secrets/chain/deployer.key";
            return await new Deployer(client, contracts, time).DeployAsync(key, platform.Platform, [.. platform.Partitions.Select(static p => p.Name)], platform.Chain!.Accounts, cancellationToken);
        }
        catch (PlatformException unusable)
        {
            return unusable.Message;
        }
    }

    /// <inheritdoc/>
    public async Task<string?> AnchorAsync(string partition, LogHead head, CancellationToken cancellationToken)
    {
        var abi = _contracts.Value!["CheckpointAnchors"].Abi;
        try
        {
            var sender = await SenderAsync(cancellationToken);
            if (!sender.Ok)
                return sender.Error.Message;
            var receipt = await SendAsync(sender.Value, partition, head, abi, cancellationToken);
            if (receipt.Ok && receipt.Value.Succeeded)
                return null;
            await CloseSenderAsync(forgetKey: true); // It may be the wrong one: the organisations have given the keeper another, and it is in its file by now.
            return receipt.Ok ? string.Create(CultureInfo.InvariantCulture, $"it was refused in block {receipt.Value.BlockNumber}") : Say(abi, receipt.Error);
        }
        catch (PlatformException unusable)
        {
            return unusable.Message;
        }
        catch (TimeoutException)
        {
            // What the account has under way is found anew: the chain may be another one by now.
            await CloseSenderAsync();
            return string.Create(CultureInfo.InvariantCulture, $"it was in no block after {Patience.TotalSeconds:0} s");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseSenderAsync();
        _key?.Dispose();
        await client.DisposeAsync();
        _opening.Dispose();
    }

    /// <summary>The local node takes no fees, unless its blocks were fuller than half: then they begin at next to nothing, and the accounts must have that. Elsewhere their owners see to it.</summary>
    private async Task FundAsync(IEnumerable<string> accounts, CancellationToken cancellationToken)
    {
        if (!platform.Chain!.IsLocal)
            return;
        foreach (var account in accounts)
        {
            _ = await client.RequestAsync("anvil_setBalance", w =>
            {
                w.WriteStringValue(account);
                w.WriteStringValue("0xd3c21bcecceda1000000"); // 10^24 wei
            }, cancellationToken); // A node that can't do it says so when it is asked to deploy.
        }
    }

    private async Task<EvmResult<EvmReceipt>> SendAsync(TransactionSender sender, string partition, LogHead head, ContractAbi abi, CancellationToken cancellationToken)
    {
        var request = new EvmRequest
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"anchor {partition} {head.Size}"),
            To = EvmAddress.Parse(Addresses.Anchors),
            Data = abi.Function("anchor").Encode(DeploymentPlan.LogId(platform.Platform, partition), head.Size, head.Root.ToArray()),
        };
        var sent = await sender.SendAsync(request, cancellationToken).WaitAsync(Patience, time, cancellationToken);
        return sent.Ok ? await sent.Value.Outcome.WaitAsync(Patience, time, cancellationToken) : sent.Error;
    }

    private static string Say(ContractAbi abi, EvmError error) => abi.TryDecodeError(error.Data.Span, out var named, out _) ? named.Name switch
    {
        "Paused" => "a guardian has paused the contracts",
        "NotWriter" => "this keeper's account is none of the log's writers: the organisations must add it (banyan chain status says how)",
        "Fork" => "another tree of this size is anchored",
        _ => abi.Describe(error.Data.Span) ?? error.Message,
    } : error.Message;

    private async Task<EvmResult<object[]>> AskAsync(ContractAbi abi, string contract, string function, IReadOnlyList<object> arguments, CancellationToken cancellationToken)
    {
        var asked = abi.Function(function);
        var answer = await client.CallAsync(new EvmCall { To = EvmAddress.Parse(contract), Data = asked.Encode(arguments) }, BlockTag.Latest, cancellationToken);
        if (!answer.Ok)
            return answer.Error;
        return asked.TryDecodeOutput(answer.Value, out var values, out var problem) ? values : new EvmError(EvmFailure.Nonsense, $"{function} at {contract} gave what it can't: {problem}");
    }

    private static ChainAnchor? AnchorOf(object[] anchor) =>
        (long)(BigInteger)anchor[1] is > 0 and var size ? new ChainAnchor(size, new MerkleHash((byte[])anchor[0]), (long)(BigInteger)anchor[2]) : null;

    private async Task<EvmResult<TransactionSender>> SenderAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_sender is not null)
                return _sender;
            var opened = await TransactionSender.OpenAsync(client, _key ??= ChainKeys.Keeper(data, me), cancellationToken: cancellationToken);
            if (opened.Ok)
                _sender = opened.Value;
            return opened;
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task CloseSenderAsync(bool forgetKey = false)
    {
        await _opening.WaitAsync();
        try
        {
            if (_sender is not null)
                await _sender.DisposeAsync();
            _sender = null;
            if (forgetKey)
            {
                _key?.Dispose();
                _key = null;
            }
        }
        finally
        {
            _opening.Release();
        }
    }
}
