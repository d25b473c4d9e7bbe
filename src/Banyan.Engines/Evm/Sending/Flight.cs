using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Transactions;

namespace Banyan.Engines.Evm.Sending;

/// <summary>A transaction under way. Its members but <see cref="Outcome"/> are the sender's, which changes them one step at a time.</summary>
internal sealed class Flight(string id, EvmRequest request, ulong nonce, DateTimeOffset since)
{
    private readonly TaskCompletionSource<EvmResult<EvmReceipt>> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<EvmError?> _given = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id => id;

    public EvmRequest Request => request;

    public ulong Nonce => nonce;

    /// <summary>Sent only so that those after it can go: nobody waits for it.</summary>
    public bool IsFiller { get; init; }

    /// <summary>Whether it takes one of the places that <see cref="SenderOptions.MaxPending"/> gives.</summary>
    public bool HasPlace { get; set; } = true;

    public DateTimeOffset Since => since;

    /// <summary>Every signed version, the newest last. Replaced as a whole.</summary>
    public IReadOnlyList<SignedTransaction> Versions { get; set; } = [];

    /// <summary>Whether its first version was given to a node, or was to be: until then it waits its turn.</summary>
    public bool WasGiven { get; set; }

    /// <summary>When a node was last given a version, and the height of the chain then.</summary>
    public long LastSent { get; set; }

    public ulong LastSentAt { get; set; }

    /// <summary>The height at which its nonce was first seen used by none of its versions.</summary>
    public ulong? DisplacedAt { get; set; }

    /// <summary>Where one of its versions was seen; null where in no block.</summary>
    public Sighting? Seen { get; set; }

    /// <summary>Whether a look at the chain has found its nonce used, and none of its versions in a block.</summary>
    public bool Missed { get; set; }

    /// <summary>What the first node said that it was given to: null where it took it.</summary>
    public Task<EvmError?> Given => _given.Task;

    public Task<EvmResult<EvmReceipt>> Outcome => _outcome.Task;

    public void Answered(EvmError? error) => _given.TrySetResult(error);

    public void Finish(EvmResult<EvmReceipt> outcome) => _outcome.TrySetResult(outcome);

    public SendRecord ToRecord(ulong chainId, EvmAddress account) => new(chainId, account, id, nonce, since, request.AgainWhenDisplaced, [.. Versions.Select(static v => v.Raw.ToArray())]);
}
