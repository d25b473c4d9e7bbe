using System.Collections.Immutable;
using System.Numerics;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Rpc;

namespace Banyan.Control.Chain.Governing;

/// <content>Reading proposals.</content>
public sealed partial class GovernanceDesk
{
    /// <summary>The most that are asked about at once.</summary>
    private const int PageSize = 100;

    /// <summary>Proposals, the newest first.</summary>
    /// <param name="all">Also those that are carried out, withdrawn or expired.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="before">Only those with a smaller number; null: from the newest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ChainException">The chain does not answer.</exception>
    public async Task<IReadOnlyList<Proposal>> ProposalsAsync(bool all, int limit, long? before, CancellationToken cancellationToken)
    {
        var count = (long)(BigInteger)(await _link.AskAsync(_contracts.Organisations, "proposalCount", [], cancellationToken))[0];
        var needed = Number((await _link.AskAsync(_contracts.Organisations, "threshold", [], cancellationToken))[0]);
        var found = new List<Proposal>();
        for (var next = Math.Min(count, (before ?? long.MaxValue) - 1); next >= 1 && found.Count < limit; next -= PageSize)
        {
            var ids = Enumerable.Range(0, (int)Math.Min(PageSize, next)).Select(i => next - i);
            var page = await Task.WhenAll(ids.Select(id => StandingAsync(id, needed, cancellationToken)));
            found.AddRange(page.Where(p => all || p.State == ProposalState.Open).Take(limit - found.Count));
        }

        return await WithCallsAsync(found, cancellationToken);
    }

    /// <summary>One proposal.</summary>
    /// <exception cref="ChainException">There is none, or the chain does not answer.</exception>
    public async Task<Proposal> ProposalAsync(long id, CancellationToken cancellationToken)
    {
        var needed = Number((await _link.AskAsync(_contracts.Organisations, "threshold", [], cancellationToken))[0]);
        var standing = await StandingAsync(id, needed, cancellationToken);
        if (standing.State == ProposalState.None)
            throw new ChainException($"there is no proposal {id}: banyan chain proposals --all");
        return (await WithCallsAsync([standing], cancellationToken))[0];
    }

    private async Task<Proposal> StandingAsync(long id, int needed, CancellationToken cancellationToken)
    {
        var values = await _link.AskAsync(_contracts.Organisations, "proposal", [id], cancellationToken);
        var deadline = (long)(BigInteger)values[2];
        return new Proposal { Id = id, State = (ProposalState)Number(values[0]), Proposer = _names.Short((EvmAddress)values[1]), Deadline = DateTimeOffset.FromUnixTimeSeconds(deadline), Approvals = Number(values[3]), Needed = needed };
    }

    /// <summary>Adds what only the events say: the call, and who approved.</summary>
    private async Task<IReadOnlyList<Proposal>> WithCallsAsync(IReadOnlyList<Proposal> proposals, CancellationToken cancellationToken)
    {
        if (proposals.Count == 0)
            return proposals;
        var abi = _contracts.Organisations.Artifact.Abi;
        var (proposed, approved, revoked) = (abi.Event("Proposed"), abi.Event("Approved"), abi.Event("ApprovalRevoked"));
        var filter = new LogFilter
        {
            Addresses = [_contracts.Organisations.Address],
            Topics = [[proposed.Topic, approved.Topic, revoked.Topic], [.. proposals.Select(p => proposed.TopicOf(0, p.Id))]],
        };
        var head = ChainLink.Must(await _link.Client.GetBlockNumberAsync(cancellationToken));
        var logs = await LogsAsync(filter, 0, head, cancellationToken);
        var (calls, approvers) = (new Dictionary<long, (EvmLog Log, EvmAddress Target, byte[] Data)>(), new Dictionary<long, ImmutableList<EvmAddress>>());
        foreach (var log in logs)
        {
            if (proposed.TryDecode(log.Topics, log.Data.Span, out var values, out _))
                calls[(long)(BigInteger)values[0]] = (log, (EvmAddress)values[2], (byte[])values[3]);
            else if (approved.TryDecode(log.Topics, log.Data.Span, out values, out _))
                approvers[(long)(BigInteger)values[0]] = approvers.GetValueOrDefault((long)(BigInteger)values[0], []).Add((EvmAddress)values[1]);
            else if (revoked.TryDecode(log.Topics, log.Data.Span, out values, out _))
                approvers[(long)(BigInteger)values[0]] = approvers.GetValueOrDefault((long)(BigInteger)values[0], []).Remove((EvmAddress)values[1]);
        }

        var words = new CallWords(_platform, _contracts, _names);
        return [.. proposals.Select(p => calls.TryGetValue(p.Id, out var call)
            ? p with { Does = words.Of(call.Target, call.Data), Target = call.Target.ToString(), Data = HexText.Of(call.Data), Block = (long)call.Log.BlockNumber, ApprovedBy = [.. approvers.GetValueOrDefault(p.Id, []).Select(_names.Short)] }
            : p)];
    }

    /// <summary>Events of a range of blocks; a node that takes no range as long is asked for the halves.</summary>
    private async Task<IReadOnlyList<EvmLog>> LogsAsync(LogFilter filter, ulong from, ulong to, CancellationToken cancellationToken)
    {
        var found = await _link.Client.GetLogsAsync(filter, from, to, cancellationToken);
        if (found is { Ok: false, Error.Failure: EvmFailure.Refused or EvmFailure.Nonsense } && to - from >= 64)
        {
            var middle = from + ((to - from) / 2);
            return [.. await LogsAsync(filter, from, middle, cancellationToken), .. await LogsAsync(filter, middle + 1, to, cancellationToken)];
        }

        return ChainLink.Must(found);
    }
}
