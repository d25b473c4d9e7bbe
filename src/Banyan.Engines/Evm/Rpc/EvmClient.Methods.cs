using System.Buffers;
using System.Text.Json;
using Banyan.Engines.Evm.Transactions;

namespace Banyan.Engines.Evm.Rpc;

public sealed partial class EvmClient
{
    /// <summary>The newest block's height.</summary>
    public Task<EvmResult<ulong>> GetBlockNumberAsync(CancellationToken cancellationToken) => AskAsync("eth_blockNumber", null, RpcValues.Number, cancellationToken);

    /// <summary>A block; null where there is none.</summary>
    public async Task<EvmResult<EvmBlock?>> GetBlockAsync(ulong number, CancellationToken cancellationToken)
    {
        var result = await AskAsync("eth_getBlockByNumber", Block(BlockTag.Number(number)), RpcValues.NullableBlock, cancellationToken);
        return result is { Ok: true, Value: { } block } && block.Number != number ? Odd("eth_getBlockByNumber", $"block {block.Number} where {number} was asked for") : result;
    }

    /// <summary>A block by name: latest, safe, finalized or earliest; null where there is none.</summary>
    public Task<EvmResult<EvmBlock?>> GetBlockAsync(BlockTag tag, CancellationToken cancellationToken) => AskAsync("eth_getBlockByNumber", Block(tag), RpcValues.NullableBlock, cancellationToken);

    /// <summary>A block by its hash; null where the node does not have it.</summary>
    public async Task<EvmResult<EvmBlock?>> GetBlockAsync(EvmHash hash, CancellationToken cancellationToken)
    {
        var result = await AskAsync("eth_getBlockByHash", w => { w.WriteStringValue(hash.ToString()); w.WriteBooleanValue(false); }, RpcValues.NullableBlock, cancellationToken);
        return result is { Ok: true, Value: { } block } && block.Hash != hash ? Odd("eth_getBlockByHash", "another block than was asked for") : result;
    }

    /// <summary>Wei of an account.</summary>
    public Task<EvmResult<UInt256>> GetBalanceAsync(EvmAddress account, BlockTag block, CancellationToken cancellationToken) => AskAsync("eth_getBalance", At(account, block), RpcValues.Quantity, cancellationToken);

    /// <summary>Transactions that an account has sent: the nonce of its next.</summary>
    public Task<EvmResult<ulong>> GetTransactionCountAsync(EvmAddress account, BlockTag block, CancellationToken cancellationToken) => AskAsync("eth_getTransactionCount", At(account, block), RpcValues.Number, cancellationToken);

    /// <summary>A contract's code; empty where the account is none.</summary>
    public Task<EvmResult<byte[]>> GetCodeAsync(EvmAddress account, BlockTag block, CancellationToken cancellationToken) => AskAsync("eth_getCode", At(account, block), RpcValues.Data, cancellationToken);

    /// <summary>Tries a call and gives what it returns. A revert is an error with its reason and data.</summary>
    public Task<EvmResult<byte[]>> CallAsync(EvmCall call, BlockTag block, CancellationToken cancellationToken) => AskAsync("eth_call", w => { call.Write(w); block.Write(w); }, RpcValues.Data, cancellationToken);

    /// <summary>The gas that a call would use on top of the newest block. A revert is an error with its reason and data.</summary>
    public Task<EvmResult<ulong>> EstimateGasAsync(EvmCall call, CancellationToken cancellationToken) => AskAsync("eth_estimateGas", call.Write, RpcValues.Number, cancellationToken);

    /// <summary>What a unit of gas costs on chains without EIP-1559.</summary>
    public Task<EvmResult<UInt256>> GetGasPriceAsync(CancellationToken cancellationToken) => AskAsync("eth_gasPrice", null, RpcValues.Quantity, cancellationToken);

    /// <summary>A transaction's receipt; null while it is in no block.</summary>
    public async Task<EvmResult<EvmReceipt?>> GetReceiptAsync(EvmHash transaction, CancellationToken cancellationToken)
    {
        var result = await AskAsync("eth_getTransactionReceipt", w => w.WriteStringValue(transaction.ToString()), RpcValues.NullableReceipt, cancellationToken);
        return result is { Ok: true, Value: { } receipt } && receipt.TransactionHash != transaction ? Odd("eth_getTransactionReceipt", "another transaction's receipt") : result;
    }

    /// <summary>All receipts of a block; null where there is none. Not every node has this.</summary>
    public async Task<EvmResult<List<EvmReceipt>?>> GetBlockReceiptsAsync(ulong number, CancellationToken cancellationToken)
    {
        var result = await AskAsync("eth_getBlockReceipts", w => BlockTag.Number(number).Write(w), RpcValues.NullableReceipts, cancellationToken);
        return result is { Ok: true, Value: { } receipts } && receipts.Exists(r => r.BlockNumber != number) ? Odd("eth_getBlockReceipts", "receipts of another block") : result;
    }

    /// <summary>Whether a node has a transaction, waiting or in a block.</summary>
    public Task<EvmResult<bool>> HasTransactionAsync(EvmHash transaction, CancellationToken cancellationToken) =>
        AskAsync("eth_getTransactionByHash", w => w.WriteStringValue(transaction.ToString()), static (ref Utf8JsonReader r) => r.TokenType switch
        {
            JsonTokenType.Null => false,
            JsonTokenType.StartObject => true,
            _ => throw new JsonException("a transaction is an object"),
        }, cancellationToken);

    /// <summary>The logs of blocks from one height to another, both included, in their order.</summary>
    public async Task<EvmResult<List<EvmLog>>> GetLogsAsync(LogFilter filter, ulong from, ulong to, CancellationToken cancellationToken)
    {
        var result = await AskAsync("eth_getLogs", w => filter.Write(w, from, to), RpcValues.Logs, cancellationToken);
        return result.Ok && LogRules.Refuse(result.Value, filter, from, to) is { } problem ? Odd("eth_getLogs", problem) : result;
    }

    /// <summary>
    /// Gives a signed transaction to a node; its hash comes back as soon as the node has taken it, or where it has had it already. It is in no
    /// block then, and may never be: see <c>TransactionSender</c>.
    /// </summary>
    public async Task<EvmResult<EvmHash>> SendRawTransactionAsync(SignedTransaction transaction, CancellationToken cancellationToken)
    {
        var call = SendRaw(transaction);
        return Taken(transaction, await AskAsync(call, cancellationToken));
    }

    /// <summary>As <see cref="SendRawTransactionAsync"/>, of several: in their order, and together. An outcome for each, in the same order.</summary>
    public async Task<IReadOnlyList<EvmResult<EvmHash>>> SendRawTransactionsAsync(IReadOnlyList<SignedTransaction> transactions, CancellationToken cancellationToken)
    {
        var results = await AskInOrderAsync([.. transactions.Select(SendRaw)], cancellationToken);
        return [.. results.Select((result, i) => Taken(transactions[i], result))];
    }

    private static RpcCall<EvmHash> SendRaw(SignedTransaction transaction) => new("eth_sendRawTransaction", w => WriteHex(w, transaction.Raw.Span), RpcValues.Hash);

    private static EvmResult<EvmHash> Taken(SignedTransaction transaction, EvmResult<EvmHash> result)
    {
        if (!result.Ok)
            return RpcErrors.IsKnownTransaction(result.Error) ? transaction.Hash : result;
        return result.Value == transaction.Hash ? result : Odd("eth_sendRawTransaction", $"hash {result.Value} where the transaction's is {transaction.Hash}");
    }

    /// <summary>Fees of the newest blocks.</summary>
    /// <param name="blocks">How many.</param>
    /// <param name="percentile">Which tip of each block, by gas.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <returns>The next block's base fee, and each block's tip.</returns>
    internal Task<EvmResult<(UInt256 NextBaseFee, List<UInt256> Tips)>> GetFeeHistoryAsync(int blocks, int percentile, CancellationToken cancellationToken) =>
        AskAsync("eth_feeHistory", w =>
        {
            w.WriteStringValue(Hex.Quantity((ulong)blocks));
            w.WriteStringValue("latest"u8);
            w.WriteStartArray();
            w.WriteNumberValue(percentile);
            w.WriteEndArray();
        }, FeeHistory.Read, cancellationToken);

    private static Action<Utf8JsonWriter> Block(BlockTag tag) => w =>
    {
        tag.Write(w);
        w.WriteBooleanValue(false);
    };

    private static Action<Utf8JsonWriter> At(EvmAddress account, BlockTag block) => w =>
    {
        w.WriteStringValue(account.ToString());
        block.Write(w);
    };

    private static void WriteHex(Utf8JsonWriter writer, ReadOnlySpan<byte> bytes)
    {
        var text = ArrayPool<byte>.Shared.Rent(4 + (2 * bytes.Length));
        "\"0x"u8.CopyTo(text);
        Convert.TryToHexStringLower(bytes, text.AsSpan(3), out var written);
        text[3 + written] = (byte)'"';
        writer.WriteRawValue(text.AsSpan(0, 4 + written), skipInputValidation: true);
        ArrayPool<byte>.Shared.Return(text);
    }

    private static EvmError Odd(string method, string problem) => RpcErrors.Nonsense("a node", method, problem);
}
