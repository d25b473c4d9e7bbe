using System.Numerics;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Rpc;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Trust;

namespace Banyan.Control.Chain.Governing;

/// <content>What organisations do: each is a transaction of one of them.</content>
public sealed partial class GovernanceDesk
{
    /// <summary>The longest lifetime of a proposal, as the contract has it.</summary>
    public static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(30);

    /// <summary>Proposes a draft, which approves it for the organisation that does.</summary>
    /// <param name="draft">What.</param>
    /// <param name="organisation">Who; its key must be in this folder.</param>
    /// <param name="lifetime">For how long it can be approved and carried out; at most <see cref="LongestLifetime"/>.</param>
    /// <param name="sent">Told of the transaction when it was given to a node.</param>
    /// <param name="cancellationToken">Ends waiting, not the transaction.</param>
    /// <exception cref="ChainException">It can't be.</exception>
    public async Task<ChainAct> ProposeAsync(Draft draft, string organisation, TimeSpan lifetime, Action<string> sent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var call = draft.Calls is [var single] ? single
            : _contracts.Organisations.Call("batch", draft.Calls.Select(static c => (object)c.Target).ToList(), draft.Calls.Select(static c => (object)c.Data.ToArray()).ToList());
        // The chain's clock decides, and may differ from ours.
        var block = ChainLink.Must(await _link.Client.GetBlockAsync(BlockTag.Latest, cancellationToken)) ?? throw new ChainException("the chain has no newest block (banyan status)");
        var now = block.Timestamp > _time.GetUtcNow() ? block.Timestamp : _time.GetUtcNow();
        var deadline = (lifetime < LongestLifetime ? now + lifetime : block.Timestamp + LongestLifetime).ToUnixTimeSeconds();
        var receipt = await ActAsync(organisation, _contracts.Organisations.Call("propose", call.Target, call.Data.ToArray(), deadline), sent, cancellationToken);
        var proposed = _contracts.Organisations.Artifact.Abi.Event("Proposed");
        var values = default(object[]);
        return receipt.Logs.Any(l => l.Address == _contracts.Organisations.Address && proposed.TryDecode(l.Topics, l.Data.Span, out values, out _))
            ? Act("proposed", organisation, (long)(BigInteger)values![0], draft.Does, receipt)
            : throw new ChainException($"transaction {receipt.TransactionHash} proposed nothing: is another version of the contract on the chain?");
    }

    /// <summary>Approves a proposal.</summary>
    /// <exception cref="ChainException">It can't be.</exception>
    public async Task<ChainAct> ApproveAsync(Proposal proposal, string organisation, Action<string> sent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        return Act("approved", organisation, proposal.Id, proposal.Does, await ActAsync(organisation, _contracts.Organisations.Call("approve", proposal.Id), sent, cancellationToken));
    }

    /// <summary>Takes the approval of a proposal back.</summary>
    /// <exception cref="ChainException">It can't be.</exception>
    public async Task<ChainAct> RevokeApprovalAsync(Proposal proposal, string organisation, Action<string> sent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        return Act("approval revoked", organisation, proposal.Id, proposal.Does, await ActAsync(organisation, _contracts.Organisations.Call("revokeApproval", proposal.Id), sent, cancellationToken));
    }

    /// <summary>Takes a proposal back that the organisation made.</summary>
    /// <exception cref="ChainException">It can't be.</exception>
    public async Task<ChainAct> WithdrawAsync(Proposal proposal, string organisation, Action<string> sent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        return Act("withdrawn", organisation, proposal.Id, proposal.Does, await ActAsync(organisation, _contracts.Organisations.Call("withdraw", proposal.Id), sent, cancellationToken));
    }

    /// <summary>Carries a proposal out, once enough organisations have approved.</summary>
    /// <exception cref="ChainException">It can't be: not enough have, it is not open, or what it does fails.</exception>
    public async Task<ChainAct> ExecuteAsync(Proposal proposal, string organisation, Action<string> sent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        if (proposal is not { Target: { } target, Data: { } data })
            throw new ChainException($"the node has no event of proposal {proposal.Id} any more, which says what is to be called: ask a node that keeps all of them (chain: {{ at: [...] }})");
        return Act("executed", organisation, proposal.Id, proposal.Does, await ActAsync(organisation, _contracts.Organisations.Call("execute", proposal.Id, EvmAddress.Parse(target), Convert.FromHexString(data.AsSpan(2))), sent, cancellationToken));
    }

    /// <summary>Stops everything but the organisations' own decisions, at once.</summary>
    /// <param name="organisation">Who; it must have the role guardian.</param>
    /// <param name="why">Why, for people; it is public on the chain.</param>
    /// <param name="sent">Told of the transaction when it was given to a node.</param>
    /// <param name="cancellationToken">Ends waiting, not the transaction.</param>
    /// <exception cref="ChainException">It can't be.</exception>
    public async Task<ChainAct> PauseAsync(string organisation, string why, Action<string> sent, CancellationToken cancellationToken) =>
        Act("paused", organisation, null, [new CallMeaning(why)], await ActAsync(organisation, _contracts.Organisations.Call("pause", why), sent, cancellationToken));

    /// <summary>Makes this build's code of a contract, to propose an upgrade to it; nothing uses it before that.</summary>
    /// <exception cref="ChainException">It can't be.</exception>
    public async Task<ChainAct> DeployAsync(string contract, string organisation, Action<string> sent, CancellationToken cancellationToken)
    {
        var entry = Entry(contract);
        using var key = Key(organisation);
        var receipts = await _link.SendAsync(key, [(null, entry.Artifact.InitCode())], _reverts.Of, h => sent(h.ToString()), cancellationToken);
        return Act("deployed", organisation, null, [new CallMeaning($"code for the contract {entry.Word}, which nothing uses yet")], receipts[0]) with { Address = receipts[0].ContractAddress?.ToString() };
    }

    /// <summary>Reports a signed checkpoint that contradicts an anchor: for good, in the sight of everybody.</summary>
    /// <param name="partition">The log's partition.</param>
    /// <param name="note">The signed note of the checkpoint.</param>
    /// <param name="keys">The platform's log keys: one of the log's writers must have signed it, else it is no evidence.</param>
    /// <param name="organisation">Who reports.</param>
    /// <param name="sent">Told of the transaction when it was given to a node.</param>
    /// <param name="cancellationToken">Ends waiting, not the transaction.</param>
    /// <exception cref="ChainException">It is no checkpoint of that log, it contradicts no anchor, or it can't be reported.</exception>
    public async Task<ChainAct> ReportForkAsync(string partition, byte[] note, LogKeys keys, string organisation, Action<string> sent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        _ = Log(partition);
        if (!SignedNote.TryParse(note, out var signed, out var problem) || !Checkpoint.TryParse(signed.Text, out var checkpoint, out problem))
            throw new ChainException($"that is no signed checkpoint: it {problem}");
        var origin = LogNames.Origin(_platform.Platform, partition);
        if (checkpoint.Origin != origin)
            throw new ChainException($"that is a checkpoint of {checkpoint.Origin}, not of {origin}");
        if (keys.TrustOf(origin)?.Judge(signed) is not { IsSigned: true })
            throw new ChainException($"no writer of {origin} has signed it, by the keys that are known: that is no evidence of a fork");
        var receipt = await ActAsync(organisation, _contracts.Anchors.Call("reportFork", origin, checkpoint.Size, checkpoint.Root.ToArray(), note), sent, cancellationToken);
        return Act("fork reported", organisation, null, [new CallMeaning($"another tree of {partition} at size {checkpoint.Size.ToString(System.Globalization.CultureInfo.InvariantCulture)} than is anchored")], receipt);
    }

    private async Task<EvmReceipt> ActAsync(string organisation, ChainCall call, Action<string> sent, CancellationToken cancellationToken)
    {
        using var key = Key(organisation);
        return (await _link.SendAsync(key, [(call.Target, call.Data)], _reverts.Of, h => sent(h.ToString()), cancellationToken))[0];
    }

    private static ChainAct Act(string what, string organisation, long? proposal, IReadOnlyList<CallMeaning> does, EvmReceipt receipt) =>
        new(what, organisation, proposal, [.. does.Select(static d => d.Text)], receipt.TransactionHash.ToString(), (long)receipt.BlockNumber, (long)receipt.GasUsed);
}
