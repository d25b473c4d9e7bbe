using System.Collections.Concurrent;

namespace Banyan.Engines.Evm.Sending;

/// <summary>Keeps what is under way for as long as the process lives: for tests, and for callers who can send again what a crash left open.</summary>
public sealed class MemorySendStore : ISendStore
{
    private readonly ConcurrentDictionary<(ulong Chain, EvmAddress Account, ulong Nonce), SendRecord> _records = new();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SendRecord>> LoadAsync(ulong chainId, EvmAddress account, CancellationToken cancellationToken) =>
        new([.. _records.Values.Where(r => r.ChainId == chainId && r.Account == account)]);

    /// <inheritdoc/>
    public ValueTask PutAsync(SendRecord record, CancellationToken cancellationToken)
    {
        _records[(record.ChainId, record.Account, record.Nonce)] = record;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask RemoveAsync(SendRecord record, CancellationToken cancellationToken)
    {
        _records.TryRemove((record.ChainId, record.Account, record.Nonce), out _);
        return ValueTask.CompletedTask;
    }
}
