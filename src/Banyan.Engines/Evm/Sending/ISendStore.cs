namespace Banyan.Engines.Evm.Sending;

/// <summary>Keeps what is under way, so that a restart neither forgets nor doubles it. Thread-safe.</summary>
public interface ISendStore
{
    /// <summary>What is kept of an account.</summary>
    ValueTask<IReadOnlyList<SendRecord>> LoadAsync(ulong chainId, EvmAddress account, CancellationToken cancellationToken);

    /// <summary>Keeps a record. It MUST be durable when this returns: only then is the transaction given to a node.</summary>
    ValueTask PutAsync(SendRecord record, CancellationToken cancellationToken);

    /// <summary>Forgets a record whose outcome is known. It MAY be lost in a crash: the outcome is found again.</summary>
    ValueTask RemoveAsync(SendRecord record, CancellationToken cancellationToken);
}
