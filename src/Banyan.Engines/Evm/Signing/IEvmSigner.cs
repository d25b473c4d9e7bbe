using Banyan.Engines.Evm.Transactions;

namespace Banyan.Engines.Evm.Signing;

/// <summary>
/// The key of an account, wherever it is: in memory (<see cref="PrivateKeySigner"/>), behind an outside signer (<see cref="RemoteSigner"/>), in
/// an HSM or a cloud's key service of the host's choice. The key never leaves it. Thread-safe.
/// </summary>
public interface IEvmSigner
{
    /// <summary>The account.</summary>
    EvmAddress Address { get; }

    /// <summary>Signs. Whoever implements it MUST hand out only signatures of <see cref="Address"/> over exactly this transaction, with low s.</summary>
    /// <param name="transaction">With its chain id.</param>
    /// <param name="cancellationToken">Ends it.</param>
    ValueTask<EvmResult<SignedTransaction>> SignAsync(EvmTransaction transaction, CancellationToken cancellationToken);
}
