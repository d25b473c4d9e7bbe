using Banyan.Engines.Evm.Curve;
using Banyan.Engines.Evm.Hashing;

namespace Banyan.Engines.Evm.Transactions;

/// <summary>A signed transaction as nodes take it. Immutable.</summary>
public sealed class SignedTransaction
{
    private SignedTransaction(EvmTransaction transaction, EvmSignature signature, EvmAddress sender, byte[] raw)
    {
        Transaction = transaction;
        Signature = signature;
        Sender = sender;
        Raw = raw;
        Hash = Keccak256.Hash(raw);
    }

    /// <summary>What was signed.</summary>
    public EvmTransaction Transaction { get; }

    /// <summary>The signature.</summary>
    public EvmSignature Signature { get; }

    /// <summary>Who signed, as recovered from the signature.</summary>
    public EvmAddress Sender { get; }

    /// <summary>What goes to a node (EIP-2718).</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    /// <summary>Its name on the chain.</summary>
    public EvmHash Hash { get; }

    /// <summary>Puts a transaction and its signature together.</summary>
    /// <param name="transaction">What was signed.</param>
    /// <param name="signature">Its signature.</param>
    /// <param name="sender">Who signed; it is the caller's to know, for signers have checked it by recovery.</param>
    internal static SignedTransaction From(EvmTransaction transaction, in EvmSignature signature, EvmAddress sender) =>
        new(transaction, signature, sender, TransactionCodec.Encode(transaction, signature));

    /// <summary>
    /// Reads a signed transaction and refuses what the chain would: encodings that are not the only one, fields out of range, signatures that are
    /// nobody's or have a high s, less gas than it takes to begin, init code beyond 49,152 bytes (EIP-3860), a cost beyond 256 bits.
    /// </summary>
    /// <param name="raw">As nodes take it.</param>
    /// <param name="transaction">What it is; null where it is refused.</param>
    /// <param name="problem">Why it is refused; else null.</param>
    public static bool TryDecode(ReadOnlySpan<byte> raw, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SignedTransaction? transaction, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? problem)
    {
        transaction = null;
        if (!TransactionCodec.TryDecode(raw, out var read, out var signature, out problem) || (problem = TransactionRules.Refuse(read, signature)) is not null)
            return false;
        if (!Secp256k1.TryRecover(read.SigningHash(), signature, out var sender))
        {
            problem = "the signature is nobody's";
            return false;
        }

        transaction = new(read, signature, sender, raw.ToArray());
        return true;
    }

    public override string ToString() => $"transaction {Hash} of {Sender}, nonce {Transaction.Nonce}";
}
