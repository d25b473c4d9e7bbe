using System.Text.Json;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Transactions;

namespace Banyan.Engines.Evm.Signing;

/// <summary>
/// A key behind an outside signer that speaks <c>eth_signTransaction</c> over HTTP, such as Web3signer before an HSM or a Vault, or Clef. What it
/// gives back is believed only where it is a signature of this account over exactly what was asked for. Thread-safe.
/// </summary>
/// <param name="signer">A client whose endpoints are the signer; its chain id is what the signer answers to <c>eth_chainId</c>.</param>
/// <param name="address">The account.</param>
public sealed class RemoteSigner(EvmClient signer, EvmAddress address) : IEvmSigner
{
    /// <inheritdoc/>
    public EvmAddress Address => address;

    /// <inheritdoc/>
    public async ValueTask<EvmResult<SignedTransaction>> SignAsync(EvmTransaction transaction, CancellationToken cancellationToken)
    {
        if (TransactionRules.Refuse(transaction) is { } problem)
            return new EvmError(EvmFailure.Invalid, problem);
        var answer = await signer.AskAsync("eth_signTransaction", w => Write(w, transaction), Read, cancellationToken);
        if (!answer.Ok)
            return answer.Error.Failure is EvmFailure.Unreachable ? answer.Error : new EvmError(EvmFailure.NotSigned, answer.Error.Message);
        if (!SignedTransaction.TryDecode(answer.Value, out var signed, out problem))
            return new EvmError(EvmFailure.NotSigned, $"the signer of {address} gave back no transaction: {problem}");
        if (signed.Sender != address)
            return new EvmError(EvmFailure.NotSigned, $"the signer signed as {signed.Sender}, not {address}");
        return signed.Transaction.SigningHash() == transaction.SigningHash()
            ? signed
            : new EvmError(EvmFailure.NotSigned, $"the signer of {address} signed another transaction than it was asked to");
    }

    private void Write(Utf8JsonWriter writer, EvmTransaction transaction)
    {
        writer.WriteStartObject();
        writer.WriteString("from"u8, address.ToString());
        if (transaction.To is { } to)
            writer.WriteString("to"u8, to.ToString());
        writer.WriteString("gas"u8, Hex.Quantity(transaction.GasLimit));
        if (transaction.Type == EvmTransactionType.DynamicFee)
        {
            writer.WriteString("maxFeePerGas"u8, Hex.Quantity(transaction.MaxFeePerGas));
            writer.WriteString("maxPriorityFeePerGas"u8, Hex.Quantity(transaction.MaxPriorityFeePerGas));
        }
        else
        {
            writer.WriteString("gasPrice"u8, Hex.Quantity(transaction.MaxFeePerGas));
        }

        writer.WriteString("value"u8, Hex.Quantity(transaction.Value));
        writer.WriteString("nonce"u8, Hex.Quantity(transaction.Nonce));
        writer.WriteString("data"u8, Hex.Write(transaction.Data.Span));
        if (transaction.ChainId is { } chain)
            writer.WriteString("chainId"u8, Hex.Quantity(chain));
        if (transaction.AccessList.Count > 0)
            WriteAccessList(writer, transaction.AccessList);
        writer.WriteEndObject();
    }

    private static void WriteAccessList(Utf8JsonWriter writer, IReadOnlyList<AccessListEntry> entries)
    {
        writer.WriteStartArray("accessList"u8);
        foreach (var entry in entries)
        {
            writer.WriteStartObject();
            writer.WriteString("address"u8, entry.Address.ToString());
            writer.WriteStartArray("storageKeys"u8);
            foreach (var key in entry.StorageKeys)
                writer.WriteStringValue(key.ToString());
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Web3signer gives the bytes, Geth and Clef an object with them.</summary>
    private static byte[] Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
            return RpcValues.Data(ref reader);
        var answer = RpcValues.Element(ref reader);
        return answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("raw", out var raw) && raw.ValueKind == JsonValueKind.String && Hex.TryRead(raw.GetString(), out var bytes) ? bytes : throw new JsonException("neither bytes nor an object with raw");
    }
}
