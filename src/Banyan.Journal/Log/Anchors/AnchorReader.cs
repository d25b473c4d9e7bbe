using System.Globalization;
using System.Numerics;
using System.Text;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Abi;
using Banyan.Engines.Evm.Hashing;
using Banyan.Engines.Evm.Proving;
using Banyan.Engines.Evm.Rpc;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Trust;

namespace Banyan.Journal.Log.Anchors;

/// <summary>
/// Reads anchors from the chain. It believes the node as far as one can: what it gives is compared with signed logs, and evidence proves
/// itself up to the block's hash. Works while the contracts are paused. Thread-safe; no member throws for what a node answers.
/// </summary>
/// <param name="client">The chain's nodes; the caller's to close.</param>
/// <param name="contract">Where the anchors are.</param>
public sealed class AnchorReader(EvmClient client, AnchorContract contract)
{
    /// <summary>Anchors that are asked for together at most.</summary>
    public const int MostTogether = 100;

    private const string Anchor = "(bytes32 root, uint64 size, uint64 number, uint64 timestamp)"; // A struct of these is encoded as they are.

    private static readonly AbiFunction Count = AbiFunction.Parse("function count(bytes32 log) view returns (uint256 count)");
    private static readonly AbiFunction At = AbiFunction.Parse($"function anchorAt(bytes32 log, uint256 index) view returns {Anchor}");
    private static readonly AbiFunction OfSize = AbiFunction.Parse($"function ofSize(bytes32 log, uint64 size) view returns {Anchor}");
    private static readonly AbiFunction Covering = AbiFunction.Parse($"function covering(bytes32 log, uint64 leaf) view returns {Anchor}");

    private readonly EvmAddress _address = EvmAddress.Parse(contract.Contract);

    /// <summary>Where the anchors are.</summary>
    public AnchorContract Contract => contract;

    /// <summary>A log's name on the chain.</summary>
    public static EvmHash LogId(string origin) => Keccak256.Hash(Encoding.UTF8.GetBytes(origin));

    /// <summary>How many anchors a log has; null where the contract is not there: the chain was reset, or nothing was deployed yet.</summary>
    public async Task<EvmResult<long?>> CountAsync(string origin, CancellationToken cancellationToken)
    {
        var answer = await CallAsync(Count, [LogId(origin)], cancellationToken);
        if (!answer.Ok)
            return answer.Error;
        if (answer.Value is null)
            return (long?)null;
        return (BigInteger)answer.Value[0] is var count && count <= long.MaxValue ? (long?)(long)count : Odd(Count, "more anchors than there can be");
    }

    /// <summary>Anchors by their numbers, the oldest first.</summary>
    /// <param name="origin">The log.</param>
    /// <param name="from">The number of the first, from 0.</param>
    /// <param name="count">At most <see cref="MostTogether"/>.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    public async Task<EvmResult<List<LogAnchor>>> ReadAsync(string origin, long from, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MostTogether);
        var log = LogId(origin);
        var asked = await Task.WhenAll(Enumerable.Range(0, count).Select(i => AnchorAsync(At, [log, new BigInteger(from + i)], cancellationToken)));
        var anchors = new List<LogAnchor>(count);
        foreach (var one in asked)
        {
            if (!one.Ok)
                return one.Error;
            if (one.Value is not { } anchor || (anchors.Count > 0 && anchor.Size <= anchors[^1].Size))
                return Odd(At, "anchors that don't grow");
            anchors.Add(anchor);
        }

        return anchors;
    }

    /// <summary>The anchor of exactly this size; null where there is none.</summary>
    public async Task<EvmResult<LogAnchor?>> OfSizeAsync(string origin, long size, CancellationToken cancellationToken)
    {
        var found = await AnchorAsync(OfSize, [LogId(origin), new BigInteger(size)], cancellationToken);
        return found is { Ok: true, Value: { } anchor } && anchor.Size != size ? Odd(OfSize, "an anchor of another size") : found;
    }

    /// <summary>The first anchor that covers a leaf; null where none does yet.</summary>
    /// <param name="origin">The log.</param>
    /// <param name="leaf">The leaf's index, from 0.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    public async Task<EvmResult<LogAnchor?>> CoveringAsync(string origin, long leaf, CancellationToken cancellationToken)
    {
        var found = await AnchorAsync(Covering, [LogId(origin), new BigInteger(leaf)], cancellationToken);
        return found is { Ok: true, Value: { } anchor } && anchor.Size <= leaf ? Odd(Covering, "an anchor that does not cover the entry") : found;
    }

    /// <summary>The event of an anchor: its transaction and its block.</summary>
    public async Task<EvmResult<EvmLog>> EventAsync(string origin, LogAnchor anchor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(anchor);
        var filter = new LogFilter { Addresses = [_address], Topics = [[AnchorEvent.Anchored.Topic], [LogId(origin)], [AnchorEvent.Anchored.TopicOf(1, new BigInteger(anchor.Size))]] };
        var logs = await client.GetLogsAsync(filter, (ulong)anchor.Block, (ulong)anchor.Block, cancellationToken);
        if (!logs.Ok)
            return logs.Error;
        return logs.Value is [var only] && AnchorEvent.Read(only) is { } said && said.Root == anchor.Root ? only
            : new EvmError(EvmFailure.Nonsense, string.Create(CultureInfo.InvariantCulture, $"block {anchor.Block} does not have the event of the anchor of {anchor.Size} entries that the contract has: ask again, the chain may have been reorganised"));
    }

    /// <summary>What a transaction anchored of a log; empty where it anchored nothing of it, null where the chain has no such transaction.</summary>
    public async Task<EvmResult<List<LogAnchor>?>> OfTransactionAsync(string origin, EvmHash transaction, CancellationToken cancellationToken)
    {
        var receipt = await client.GetReceiptAsync(transaction, cancellationToken);
        if (!receipt.Ok)
            return receipt.Error;
        if (receipt.Value is not { } found)
            return (List<LogAnchor>?)null;
        var log = LogId(origin);
        var anchors = new List<LogAnchor>();
        foreach (var said in found.Logs.Where(l => l.Address == _address).Select(AnchorEvent.Read).OfType<AnchorEvent>().Where(e => e.Log == log))
        {
            var anchor = await OfSizeAsync(origin, said.Size, cancellationToken);
            if (!anchor.Ok)
                return anchor.Error;
            if (anchor.Value is not null)
                anchors.Add(anchor.Value);
        }

        return anchors;
    }

    /// <summary>The evidence of an anchor, checked.</summary>
    public async Task<EvmResult<AnchorEvidence>> ProveAsync(string origin, LogAnchor anchor, CancellationToken cancellationToken)
    {
        var found = await EventAsync(origin, anchor, cancellationToken);
        if (!found.Ok)
            return found.Error;
        var proof = await EventProver.MakeAsync(client, found.Value, cancellationToken);
        if (!proof.Ok)
            return proof.Error;
        var evidence = new AnchorEvidence
        {
            Contract = contract,
            Origin = origin,
            Anchor = anchor,
            Transaction = found.Value.TransactionHash,
            BlockHash = found.Value.BlockHash,
            Proof = proof.Value,
        };
        return evidence.Check(contract).Problems is [var problem, ..] ? new EvmError(EvmFailure.Nonsense, $"a node answered nonsense: {problem}") : evidence;
    }

    /// <summary>Whether the block of some evidence is in the chain.</summary>
    /// <returns>Why not, in one sentence; null where it is.</returns>
    public async Task<EvmResult<string?>> FindBlockAsync(AnchorEvidence evidence, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        var block = await client.GetBlockAsync((ulong)evidence.Anchor.Block, cancellationToken);
        if (!block.Ok)
            return block.Error;
        if (block.Value is null)
            return string.Create(CultureInfo.InvariantCulture, $"the chain has no block {evidence.Anchor.Block}: it was reset or set back since, or the anchor's block never was one of it");
        return block.Value.Hash == evidence.BlockHash ? null : string.Create(CultureInfo.InvariantCulture, $"block {evidence.Anchor.Block} of the chain is {block.Value.Hash}, not {evidence.BlockHash}: the chain was reorganised or reset since, or the anchor's block never was one of it");
    }

    private async Task<EvmResult<LogAnchor?>> AnchorAsync(AbiFunction function, object[] arguments, CancellationToken cancellationToken)
    {
        var answer = await CallAsync(function, arguments, cancellationToken);
        if (!answer.Ok)
            return answer.Error;
        if (answer.Value is not { } values || (BigInteger)values[1] is not { IsZero: false } size)
            return (LogAnchor?)null;
        var (block, time) = ((BigInteger)values[2], (BigInteger)values[3]);
        return size > long.MaxValue || block > long.MaxValue || time > 253_402_300_799
            ? Odd(function, "an anchor that can't be")
            : new LogAnchor((long)size, new MerkleHash((byte[])values[0]), (long)block, DateTimeOffset.FromUnixTimeSeconds((long)time));
    }

    /// <summary>Null where there is no code at the address.</summary>
    private async Task<EvmResult<object[]?>> CallAsync(AbiFunction function, object[] arguments, CancellationToken cancellationToken)
    {
        var answer = await client.CallAsync(new EvmCall { To = _address, Data = function.Encode(arguments) }, BlockTag.Latest, cancellationToken);
        if (!answer.Ok)
            return answer.Error;
        if (answer.Value.Length == 0)
            return (object[]?)null;
        return function.TryDecodeOutput(answer.Value, out var values, out var problem) ? values : Odd(function, problem);
    }

    private EvmError Odd(AbiFunction function, string problem) => new(EvmFailure.Nonsense, $"a node answered nonsense: {function.Name} at {contract.Contract} gave {problem}");
}
