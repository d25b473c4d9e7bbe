using System.Security.Cryptography;
using Banyan.Engines.Evm.Curve;
using Banyan.Engines.Evm.Transactions;

namespace Banyan.Engines.Evm.Signing;

/// <summary>A key in this process's memory, which is overwritten when it is disposed of. Thread-safe.</summary>
public sealed class PrivateKeySigner : IEvmSigner, IDisposable
{
    // Pinned: a collection never leaves a copy of it behind.
    private readonly byte[] _key = GC.AllocateUninitializedArray<byte>(Secp256k1.PrivateKeyLength, pinned: true);
    private bool _disposed;

    /// <summary>Takes a copy of a key of 32 bytes.</summary>
    /// <exception cref="ArgumentException">It is no private key.</exception>
    public PrivateKeySigner(ReadOnlySpan<byte> privateKey)
    {
        Span<byte> publicKey = stackalloc byte[Secp256k1.PublicKeyLength];
        Secp256k1.PublicKeyOf(privateKey, publicKey);
        privateKey.CopyTo(_key);
        Address = Secp256k1.AddressOf(publicKey);
    }

    /// <inheritdoc/>
    public EvmAddress Address { get; }

    /// <summary>A new key, of the system's randomness.</summary>
    public static PrivateKeySigner Create()
    {
        Span<byte> key = stackalloc byte[Secp256k1.PrivateKeyLength];
        try
        {
            do
                RandomNumberGenerator.Fill(key);
            while (!Secp256k1.IsPrivateKey(key));
            return new PrivateKeySigner(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <inheritdoc/>
    public ValueTask<EvmResult<SignedTransaction>> SignAsync(EvmTransaction transaction, CancellationToken cancellationToken) => new(Sign(transaction));

    /// <summary>As <see cref="SignAsync"/>, at once.</summary>
    public EvmResult<SignedTransaction> Sign(EvmTransaction transaction)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (transaction.ChainId is null)
            return new EvmError(EvmFailure.Invalid, "a transaction without a chain id could be sent on every chain: set ChainId");
        if (TransactionRules.Refuse(transaction) is { } problem)
            return new EvmError(EvmFailure.Invalid, problem);
        return SignedTransaction.From(transaction, Secp256k1.Sign(_key, transaction.SigningHash(), Address), Address);
    }

    /// <summary>Signs a hash of whatever was agreed on, such as a credential's.</summary>
    public EvmSignature SignHash(in EvmHash hash)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Secp256k1.Sign(_key, hash, Address);
    }

    internal void CopyKeyTo(Span<byte> destination) => _key.CopyTo(destination);

    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
    }
}
