namespace Banyan.Engines.Evm.Sending;

/// <summary>What an account is to do: a transaction without what the sender sees to (nonce, fees, signature). Immutable.</summary>
public sealed record EvmRequest
{
    /// <summary>
    /// The caller's name for it; while a request of a name is under way, also after a restart, asking again gives the same transaction and sends no
    /// other. A name of its own where null. At most 200 characters.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>Whom it calls or pays; null creates a contract with <see cref="Data"/> as its init code.</summary>
    public EvmAddress? To { get; init; }

    /// <summary>The call, or the init code.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Wei that go along.</summary>
    public UInt256 Value { get; init; }

    /// <summary>The most gas that it may use; null has the node estimate it, and a quarter is added.</summary>
    public ulong? GasLimit { get; init; }

    /// <summary>
    /// Whether it is sent again with another nonce where a transaction of somebody else who has the account's key took its nonce. It can't happen
    /// twice: its first nonce is gone for good. True by default.
    /// </summary>
    public bool AgainWhenDisplaced { get; init; } = true;
}
